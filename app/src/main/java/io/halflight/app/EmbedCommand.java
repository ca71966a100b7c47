package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Encoder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halflight embed BUNDLE PATH... --out FILE}. */
@Command(
        name = "embed",
        description =
                "Writes the features of pictures: what the network knows about each before it decides on a class.",
        footer = {
            "",
            "  halflight embed runs/photos new-photos --out features.csv",
            "  halflight embed runs/photos new-photos --out features.npy",
            "  halflight embed runs/photos new-photos --out features.parquet",
            "",
            "An .npy file holds the numbers alone; the paths of its rows lie beside it, in features.npy.paths.csv."
        })
final class EmbedCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    BundleOptions what = new BundleOptions();

    @Mixin
    StageOption stage = new StageOption();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description =
                    "The file to write, .csv, .npy or .parquet; an older one is replaced when the new one is whole.")
    Path out = Path.of("");

    @Mixin
    CommonOptions common = new CommonOptions();

    EmbedCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!FeatureFile.isKnown(out)) {
            throw HalflightException.usage("--out is " + out + "; give a name that ends in .csv, .npy or .parquet");
        }
        long total = what.count();
        try (Encoder encoder = what.encoder(stage);
                FeatureFile file = FeatureFile.open(out);
                StreamProgress progress = new StreamProgress(console, "Embedding", total, false)) {
            encoder.embed(what.files(), outcome -> progress.show(outcome, file::write));
            if (file.rows() > 0) {
                file.complete();
                console.out()
                        .println("%s of %s numbers each  %s"
                                .formatted(Text.count(file.rows(), "row", "rows"), Text.count(file.width()), out));
            }
            return progress.failures() == 0 ? Failures.OK : Failures.RUN;
        }
    }
}
