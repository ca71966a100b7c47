package io.halflight.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that change a recipe. Each stands for a key, so that the run's record is one recipe and nothing else. */
final class SettingOptions {
    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides the labelled pictures, first weights, order and views; 0 if left out.")
    @Nullable
    Long seed;

    @Option(names = "--device", paramLabel = "NAME", description = "auto, cpu, cuda or cuda:1; auto if left out.")
    @Nullable
    String device;

    @Option(
            names = "--init",
            paramLabel = "FILE",
            description = "Public weights that the encoders start from: a .safetensors or .pth file with torchvision's "
                    + "or timm's names. Nothing in it is executed.")
    @Nullable
    String init;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Changes any key of the recipe, such as stages.pretrain.epochs=20; may be repeated; stages.* is every stage. "
                            + "'recipes show NAME' lists them.")
    List<String> set = new ArrayList<>();

    /** As the recipe reader takes them; what {@code --set} says comes last and wins. */
    List<String> overrides() {
        List<String> overrides = new ArrayList<>();
        add(overrides, "seed", seed);
        add(overrides, "device", device);
        add(overrides, "stages.*.backbone.init", init);
        overrides.addAll(set);
        return overrides;
    }

    static void add(List<String> overrides, String key, @Nullable Object value) {
        if (value != null) {
            overrides.add(key + "=" + value);
        }
    }
}
