package io.halflight.recipe;

import io.halflight.nn.HeadForm;
import io.halflight.nn.ProjectionHead;

/** A projection head as a recipe names it; a width of 0 is the encoder's. */
public record HeadSettings(HeadForm form, int layers, int width, int out) {
    public HeadSettings {
        Check.atLeast("layers", layers, 0);
        if (layers > 4) {
            throw new IllegalArgumentException("layers must be at most 4, got " + layers);
        }
        Check.atLeast("width", width, 0);
        Check.atLeast("out", out, 1);
    }

    int hidden(int features) {
        return width == 0 ? features : width;
    }

    ProjectionHead create(int features) {
        return new ProjectionHead(features, hidden(features), out, layers, form);
    }
}
