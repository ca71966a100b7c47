package io.halflight.data;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Pictures listed in a CSV file, {@code path[,label[,part]]}, with or without that header. Paths are relative to the
 * file's folder and are the ids; an empty label means no class; the part is train (also when empty) or test.
 */
final class CsvDataset extends FileDataset {
    CsvDataset(Path csv, String spec, int storeSide) {
        super(spec, list(csv), storeSide);
    }

    private static Listing list(Path csv) {
        Csv.Table table = Csv.table(csv);
        TreeSet<String> names = new TreeSet<>();
        table.rows().forEach(row -> names.add(row.at(table.label())));
        names.remove("");
        List<String> classes = List.copyOf(names);
        Map<String, Integer> labels = new HashMap<>();
        classes.forEach(name -> labels.put(name, labels.size()));

        Map<String, Integer> lines = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (Csv.Row row : table.rows()) {
            String id = row.at(table.path());
            Integer before = lines.put(id, row.line());
            if (before != null) {
                throw HalflightException.usage(
                        "%s:%d: '%s' stands in line %d already".formatted(csv, row.line(), id, before));
            }
            entries.add(new Entry(
                    id,
                    file(csv, row, id),
                    labels.getOrDefault(row.at(table.label()), UNLABELLED),
                    part(csv, row, row.at(table.part()))));
        }
        if (entries.isEmpty()) {
            throw HalflightException.usage(csv + " lists no pictures below its header");
        }
        return new Listing(classes, List.copyOf(entries));
    }

    private static Path file(Path csv, Csv.Row row, String path) {
        try {
            Path file = csv.toAbsolutePath().resolveSibling(path);
            if (!path.isEmpty() && Files.isRegularFile(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw HalflightException.usage(
                    "%s:%d: '%s' is no path: %s".formatted(csv, row.line(), path, e.getReason()));
        }
        throw HalflightException.usage(
                "%s:%d: there is no picture file '%s'; paths are relative to the folder of the CSV file"
                        .formatted(csv, row.line(), path));
    }

    private static Part part(Path csv, Csv.Row row, String part) {
        return switch (part) {
            case "", "train" -> Part.TRAIN;
            case "test" -> Part.TEST;
            default ->
                throw HalflightException.usage(
                        "%s:%d: the part is '%s', train or test expected".formatted(csv, row.line(), part));
        };
    }
}
