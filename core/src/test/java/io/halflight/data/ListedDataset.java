package io.halflight.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A dataset given by rows, for tests; a picture is one grey pixel that holds the index. */
final class ListedDataset implements Dataset {
    record Row(String id, int label, Part part, String content) {}

    final List<String> classes;
    final List<Row> rows = new ArrayList<>();

    ListedDataset(String... classes) {
        this.classes = List.of(classes);
    }

    /** Adds pictures named CLASS/000 and on; a label of -1 makes pictures without a class. */
    ListedDataset add(int label, int count, Part part) {
        String folder = label < 0 ? "loose" : classes.get(label);
        for (int i = 0; i < count; i++) {
            String id = "%s/%s/%03d".formatted(part, folder, i);
            rows.add(new Row(id, label, part, id));
        }
        return this;
    }

    int indexOf(String id) {
        return rows.stream().map(Row::id).toList().indexOf(id);
    }

    @Override
    public String spec() {
        return "listed";
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public String id(int index) {
        return rows.get(index).id();
    }

    @Override
    public int label(int index) {
        return rows.get(index).label();
    }

    @Override
    public Part part(int index) {
        return rows.get(index).part();
    }

    @Override
    public Picture picture(int index) {
        return new Picture(1, 1, 1, new byte[] {(byte) index});
    }

    @Override
    public String hash(int index) {
        return Hashes.brief(rows.get(index).content().getBytes(StandardCharsets.UTF_8));
    }
}
