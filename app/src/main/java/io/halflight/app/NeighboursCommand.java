package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.app.report.NeighbourPage;
import io.halflight.app.report.Report;
import io.halflight.bundle.Encoder;
import io.halflight.data.PictureDecoder;
import io.halflight.data.PictureFiles;
import io.halflight.eval.Similarity;
import io.halflight.recipe.RunModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight neighbours BUNDLE QUERY --in DIR}. */
@Command(
        name = "neighbours",
        description =
                "Finds the pictures of a folder that are most like a given one, by the features of a run's network.",
        footer = {
            "",
            "  halflight neighbours runs/photos cat.jpg --in new-photos",
            "  halflight neighbours runs/photos cat.jpg --in new-photos --top 30 --page cats.html"
        })
final class NeighboursCommand implements Callable<Integer> {
    private static final int THUMBNAIL = 64;

    private final Console console;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "A model bundle, or the directory of a finished run.")
    Path bundle = Path.of("");

    @Parameters(index = "1", paramLabel = "QUERY", description = "The picture to look for.")
    Path query = Path.of("");

    @Option(
            names = "--in",
            required = true,
            paramLabel = "DIR",
            description = "Where to look, with all folders below; may be given several times.")
    List<Path> in = List.of();

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "Prints the N most similar ones; ${DEFAULT-VALUE} if left out.")
    int top;

    @Option(names = "--page", paramLabel = "FILE", description = "Also writes a page with the pictures.")
    @Nullable
    Path page;

    @Mixin
    StageOption stage = new StageOption();

    @Mixin
    DeviceOption device = new DeviceOption();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    /** One picture found. */
    record Found(Path path, double cosine) {}

    NeighboursCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (top < 1) {
            throw HalflightException.usage("--top is " + top + "; give 1 or more");
        }
        List<Path> places = in.stream().map(NeighboursCommand::folder).toList();
        long total = PictureFiles.count(places);
        List<Path> files = new ArrayList<>();
        List<float[]> rows = new ArrayList<>();
        long failures;
        float[] asked;
        try (Encoder encoder = RunModel.encoder(bundle, stage.name, device.name);
                StreamProgress progress = new StreamProgress(console, "Embedding", total, false)) {
            asked = encoder.embed(query);
            encoder.embed(
                    new PictureFiles(places),
                    outcome -> progress.show(outcome, (file, features) -> {
                        if (!isQuery(file)) {
                            files.add(file);
                            rows.add(features);
                        }
                    }));
            failures = progress.failures();
        }
        if (files.isEmpty()) {
            throw HalflightException.usage("There is no other picture in "
                    + String.join(", ", in.stream().map(Path::toString).toList()));
        }
        List<Found> found = Similarity.nearest(rows.toArray(float[][]::new), new float[][] {asked}, top).get(0).stream()
                .map(neighbour -> new Found(files.get(neighbour.row()), neighbour.cosine()))
                .toList();
        show(found);
        return failures == 0 ? Failures.OK : Failures.RUN;
    }

    private void show(List<Found> found) {
        if (page != null) {
            write(page, found);
        }
        if (json) {
            new JsonPrinter(console.out()).event("neighbours", "query", query, "found", found);
            return;
        }
        found.forEach(one -> console.out().println(String.format(Locale.ROOT, "%.3f  %s", one.cosine(), one.path())));
        if (page != null) {
            console.out().println();
            console.out().println("page  " + page);
        }
    }

    private void write(Path file, List<Found> found) {
        List<NeighbourPage.Tile> tiles = found.stream()
                .map(one -> new NeighbourPage.Tile(one.path().toString(), one.cosine()))
                .toList();
        String html = NeighbourPage.html(query.toString(), tiles, path -> thumbnail(Path.of(path)));
        try {
            Files.writeString(file, html);
        } catch (IOException e) {
            throw HalflightException.run("cannot write %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static byte[] thumbnail(Path file) {
        try {
            return Report.png(PictureDecoder.decode(Files.readAllBytes(file), file.toString(), THUMBNAIL));
        } catch (IOException e) {
            throw HalflightException.run("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private boolean isQuery(Path file) {
        try {
            return Files.isSameFile(file, query);
        } catch (IOException e) {
            return false; // one of them has gone
        }
    }

    /** As a path, or as run takes it. */
    private static Path folder(Path given) {
        String text = given.toString();
        return text.startsWith("folder:") ? Path.of(text.substring("folder:".length())) : given;
    }
}
