package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Export;
import io.halflight.bundle.Exportable;
import io.halflight.bundle.PublicForm;
import io.halflight.recipe.RunModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight export BUNDLE_OR_RUN}. */
@Command(
        name = "export",
        description = "Writes a classifier or an encoder for other programs: ONNX, TorchScript or plain weights.",
        footer = {
            "",
            "ONNX and TorchScript files hold the whole network, what it does to its input included; plain weights have "
                    + "torchvision's names.",
            "",
            "  halflight export runs/photos --onnx photos.onnx --preprocess",
            "  halflight export runs/simclr --encoder --onnx encoder.onnx",
            "  halflight export runs/photos --stage pretrain --encoder --torchscript encoder.pt",
            "  halflight export runs/photos/model --safetensors photos.safetensors"
        })
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "BUNDLE_OR_RUN", description = "A model bundle, or the directory of a run.")
    Path model = Path.of("");

    @Option(names = "--onnx", paramLabel = "FILE", description = "Writes ONNX, operator set 17.")
    @Nullable
    Path onnx;

    @Option(names = "--torchscript", paramLabel = "FILE", description = "Writes TorchScript.")
    @Nullable
    Path torchScript;

    @Option(names = "--safetensors", paramLabel = "FILE", description = "Writes the weights alone.")
    @Nullable
    Path safetensors;

    @Option(names = "--encoder", description = "Leaves the classifier out: the network gives its features.")
    boolean encoder;

    @Option(
            names = "--preprocess",
            description = "The network takes bytes, 0 to 255, and scales them itself; else floats, 0 to 1.")
    boolean preprocess;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "The stage of a run whose network is meant; the delivered one if left out.")
    String stage = "";

    @Mixin
    CommonOptions common = new CommonOptions();

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Path> files = Stream.of(onnx, torchScript, safetensors)
                .flatMap(Stream::ofNullable)
                .toList();
        if (files.isEmpty()) {
            throw HalflightException.usage(
                    "Nothing to write: name a file with --onnx, --torchscript or --safetensors.");
        }
        if (preprocess && safetensors != null) {
            throw HalflightException.usage(
                    "--preprocess is a step of the network, and --safetensors holds weights alone;"
                            + " leave one of them out.");
        }
        for (Path file : files) {
            if (Files.exists(file)) {
                throw HalflightException.usage(file + " is there already; name another file, or delete it.");
            }
        }
        write(RunModel.find(model, stage, encoder));
        return Failures.OK;
    }

    private void write(Exportable network) {
        if (onnx != null) {
            Export.onnx(network, preprocess, onnx);
            show(onnx, network);
        }
        if (torchScript != null) {
            Export.torchScript(network, preprocess, torchScript);
            show(torchScript, network);
        }
        if (safetensors != null) {
            PublicForm form = Export.safetensors(network, safetensors);
            show(safetensors, network);
            console.out()
                    .println(
                            form.obstacle().isEmpty()
                                    ? "in Python:"
                                    : "no public network takes them: " + form.obstacle());
            form.python().forEach(line -> console.out().println("  " + line));
        }
    }

    private void show(Path file, Exportable network) {
        int size = network.backbone().size();
        String type = preprocess ? "uint8" : "float32";
        console.out().println("%s, %.1f MB".formatted(file, megabytes(file)));
        console.out()
                .println("  takes pictures: %s [N, %d, %d, %d], 0 to %d"
                        .formatted(type, network.backbone().channels(), size, size, preprocess ? 255 : 1));
        console.out().println("  gives %s: float32 [N, %d]".formatted(network.output(), network.width()));
    }

    private static double megabytes(Path file) {
        try {
            return Files.size(file) / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
