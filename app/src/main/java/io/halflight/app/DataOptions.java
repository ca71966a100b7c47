package io.halflight.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what to learn from. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            description = "The pictures. folder:DIR (its sub-folders are the classes; a flat folder is unlabelled), "
                    + "csv:FILE (a path and perhaps a label a line), fashion-mnist, cifar10 (either with :DIR if it "
                    + "lies elsewhere), idx:DIR, or shapes, which are drawn.")
    @Nullable
    String data;

    @Option(
            names = "--labels",
            paramLabel = "N|SHARE|FILE",
            description = "Labelled pictures per class such as 10, a share such as 0.01, all, "
                    + "or a CSV file of path,label.")
    @Nullable
    String labels;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Side of the training pictures; chosen from the pictures if left out.")
    @Nullable
    Integer size;

    /** As the recipe reader takes them. */
    List<String> overrides() {
        List<String> overrides = new ArrayList<>();
        SettingOptions.add(overrides, "data.source", data);
        SettingOptions.add(overrides, "data.labels", labels);
        SettingOptions.add(overrides, "data.size", size);
        return overrides;
    }
}
