package io.halflight.recipe;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts a stage that one run has finished into another, so that it is not trained again there. */
final class FinishedStage {
    private static final List<String> WEIGHTS = List.of("last.safetensors", "best.safetensors");
    private static final String LOG = "metrics.jsonl";

    private FinishedStage() {}

    static boolean isIn(Path stage) {
        return Files.exists(stage.resolve(Pipeline.DONE));
    }

    /** Weights are shared between both folders where the disk can do that; what a run may write to is copied. */
    static void put(Path from, Path to) {
        if (isIn(to)) {
            return;
        }
        try {
            Files.createDirectories(to);
            for (String name : WEIGHTS) {
                if (Files.exists(from.resolve(name))) {
                    share(from.resolve(name), to.resolve(name));
                }
            }
            copy(from.resolve(LOG), to.resolve(LOG));
            copy(from.resolve(Pipeline.DONE), to.resolve(Pipeline.DONE)); // last: it says that all is there
        } catch (IOException e) {
            throw HalflightException.run(
                    "The stage %s cannot be put into %s (%s); make room or permissions there."
                            .formatted(from, to, e.getMessage()),
                    e);
        }
    }

    private static void share(Path from, Path to) throws IOException {
        Files.deleteIfExists(to);
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException notHere) {
            copy(from, to);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        DurableFile.write(to, channel -> Files.copy(from, Channels.newOutputStream(channel)));
    }
}
