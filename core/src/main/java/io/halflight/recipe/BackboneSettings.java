package io.halflight.recipe;

import io.halflight.backbone.BackboneSpec;

/** An encoder as a recipe names it; size and channels come from the data. */
public record BackboneSettings(String name, double width, double sk, String stem, String shortcuts) {
    public BackboneSettings {
        Check.above0("width", width);
        Check.below1("sk", sk);
    }

    BackboneSpec spec(int size, int channels) {
        return new BackboneSpec(name, width, sk, stem, shortcuts, size, channels);
    }
}
