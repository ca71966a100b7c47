package io.halflight.recipe;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a run and what is known of its networks.
 *
 * @param number 1-based place in the recipe
 * @param encoder of the network that it trains
 * @param classifier the whole network, null where it trains an encoder and a projection head
 */
record Stage(
        String name,
        int number,
        StageSettings settings,
        Path directory,
        BackboneSpec encoder,
        @Nullable ClassifierSpec classifier) {
    Path last() {
        return directory.resolve("last.safetensors");
    }

    Path best() {
        return directory.resolve("best.safetensors");
    }

    /** The weights that go on. */
    Path kept(Recipe.Keep keep) {
        return keep == Recipe.Keep.BEST && Files.exists(best()) ? best() : last();
    }
}
