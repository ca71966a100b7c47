package io.halflight.app.report;

import io.halflight.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes run directories for tests. */
final class RunFolder {
    private final Path path;

    RunFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    RunFolder run(List<String> classes, int labelled) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("status", "finished");
        run.put("name", "simclrv2");
        run.put("command", "./halflight run simclrv2 --seed 17");
        run.put("started", "2026-11-23T19:48:12Z");
        run.put("finished", "2026-11-23T20:31:40Z");
        run.put("seconds", 2608.4);
        run.put("seed", 17);
        run.put("version", "0.1.0");
        run.put("hardware", Map.of("cpu", "Test CPU 9000", "cores", 6, "precision", "bf16"));
        run.put("versions", Map.of("pytorch", "2.10.0"));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("source", "fashion-mnist");
        data.put("size", 28);
        data.put("channels", 1);
        data.put("classes", classes);
        data.put("counts", Map.of("labelled", labelled, "unlabelled", 59_700, "validation", 200, "test", 10_000));
        data.put("splitSha256", "9f1c4b0e7d2a53c8");
        run.put("data", data);
        return file("run.json", Json.write(run));
    }

    static Map<String, Object> row(String name, String title, double accuracy) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("title", title);
        row.put("stage", "4-" + name);
        row.put("accuracy", accuracy);
        row.put("top5", 0.9637);
        row.put("ece", 0.0371);
        row.put("seconds", 372.2);
        row.put("parameters", 701_066);
        row.put("picked", "last epoch");
        row.put("protocol", "10000 test pictures, read once");
        return row;
    }

    /** A model whose confusion matrix holds the count 100 i + j + 1 at [i][j]. */
    static Map<String, Object> model(List<String> classes) {
        List<List<Integer>> confusion = new ArrayList<>();
        List<Map<String, Object>> perClass = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            List<Integer> row = new ArrayList<>();
            for (int j = 0; j < classes.size(); j++) {
                row.add(100 * i + j + 1);
            }
            confusion.add(row);
            perClass.add(Map.of(
                    "class", classes.get(i), "precision", 0.5 + 0.001 * i, "recall", 0.6 + 0.001 * i, "support", 700));
        }
        return Map.of(
                "confusion", confusion,
                "perClass", perClass,
                "calibration", List.of(Map.of("confidence", 0.437, "accuracy", 0.519, "count", 1234)));
    }

    RunFolder results(List<Map<String, Object>> headline, Map<String, Object> models) {
        return file("results.json", Json.write(Map.of("headline", headline, "models", models)));
    }

    RunFolder file(String name, String content) {
        try {
            Path file = path.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String page() {
        return page(null);
    }

    String page(PictureSource pictures) {
        try {
            return Files.readString(Report.write(path, pictures));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page's text without style sheet, elements and escapes, no-break spaces as spaces. */
    static String words(String page) {
        return page.replaceAll("(?s)<style>.*?</style>", " ")
                .replaceAll("<[^>]*>", " ")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
                .replace('\u00a0', ' ')
                .replaceAll("\\s+", " ");
    }
}
