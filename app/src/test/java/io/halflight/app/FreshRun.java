package io.halflight.app;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.bundle.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A folder with the bundle of a small network that has learnt nothing: for pictures of 16 x 16, with 64 features. */
public final class FreshRun {
    private FreshRun() {}

    public static Path in(Path folder, List<String> classes) throws IOException {
        var spec = new ClassifierSpec(
                new BackboneSpec("resnet10", 0.125, 0, "auto", "torchvision", 16, 3), 0, 0, classes.size());
        Path run = Files.createDirectories(folder.resolve("run"));
        ModelBundle.write(run.resolve("model"), ClassifierSpec.create(spec), spec, classes, Map.of(), Map.of());
        return run;
    }
}
