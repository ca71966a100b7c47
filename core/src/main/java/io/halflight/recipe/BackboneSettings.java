package io.halflight.recipe;

import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import java.nio.file.Path;

/**
 * An encoder as a recipe names it; size and channels come from the data. Range and meaning of the rest are
 * {@link BackboneSpec}'s.
 *
 * @param dropPath stochastic depth in training, -1 for the network's own
 * @param dropout before a classifier in training, -1 for the network's own
 * @param zeroGamma whether residual branches start silent; decides the first weights only
 * @param init a file of public weights to start from, empty for none
 */
public record BackboneSettings(
        String name,
        double width,
        double sk,
        String stem,
        String shortcuts,
        String normalise,
        double dropPath,
        double dropout,
        boolean zeroGamma,
        String init) {
    public BackboneSettings {
        Check.above0("width", width);
        Check.below1("sk", sk);
        Check.rate("drop_path", dropPath);
        Check.rate("dropout", dropout);
    }

    BackboneSpec spec(int size, int channels) {
        return new BackboneSpec(name, width, sk, stem, shortcuts, size, channels, normalise, dropPath, dropout);
    }

    /**
     * With fresh weights, or those of {@code init}. Call it outside any scope.
     *
     * @param stage for messages
     */
    Backbone create(BackboneSpec spec, String stage) {
        Backbone f = Backbones.create(spec, zeroGamma);
        if (!init.isEmpty()) {
            PublicWeights.load(Path.of(init), f, "stages." + stage + ".backbone.init");
        }
        return f;
    }
}
