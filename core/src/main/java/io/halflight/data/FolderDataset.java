package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder of pictures. Its sub-folders are the classes, and whatever lies below one at any depth belongs to it; pictures
 * beside them, or in a sub-folder {@code unlabelled}, have no class. A folder with sub-folders {@code train} and {@code
 * test} keeps these as parts, each laid out as above. Hidden files and folders are passed over, links are followed, and
 * the order is that of the relative paths.
 */
final class FolderDataset extends FileDataset {
    private static final Set<String> UNLABELLED_NAMES = Set.of("unlabelled", "unlabeled");
    private static final String TRAIN = "train";
    private static final String TEST = "test";

    /** A file with the name of its class, empty for none. */
    private record Found(Path file, String className, Part part) {}

    FolderDataset(Path folder, String spec, int storeSide) {
        super(spec, scan(folder), storeSide);
    }

    private static Listing scan(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw HalflightException.usage("there is no folder " + folder + "; check the path after 'folder:'");
        }
        List<Found> found = new ArrayList<>();
        try {
            Set<String> names = new TreeSet<>();
            subfolders(folder).forEach(sub -> names.add(sub.getFileName().toString()));
            if (names.contains(TRAIN) && names.contains(TEST)) {
                names.removeAll(UNLABELLED_NAMES);
                names.removeAll(Set.of(TRAIN, TEST));
                if (!names.isEmpty()) {
                    throw HalflightException.usage(
                            "%s holds train, test and also %s; move it away, or rename train and test if they are classes"
                                    .formatted(folder, names.iterator().next()));
                }
                collectLayout(folder.resolve(TRAIN), Part.TRAIN, found);
                collectLayout(folder.resolve(TEST), Part.TEST, found);
                for (String name : UNLABELLED_NAMES) {
                    if (Files.isDirectory(folder.resolve(name))) {
                        collect(folder.resolve(name), "", Part.TRAIN, found);
                    }
                }
            } else {
                collectLayout(folder, Part.TRAIN, found);
            }
        } catch (IOException e) {
            throw HalflightException.run("cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
        if (found.isEmpty()) {
            throw HalflightException.usage(
                    "%s holds no pictures (%s)".formatted(folder, String.join(", ", new TreeSet<>(EXTENSIONS))));
        }
        return listing(folder, found);
    }

    private static Listing listing(Path folder, List<Found> found) {
        TreeMap<String, Integer> labels = new TreeMap<>();
        found.forEach(f -> labels.put(f.className(), 0));
        labels.remove("");
        List<String> classes = List.copyOf(labels.keySet());
        for (int i = 0; i < classes.size(); i++) {
            labels.put(classes.get(i), i);
        }
        List<Entry> entries = found.stream()
                .map(f -> new Entry(
                        id(folder, f.file()), f.file(), labels.getOrDefault(f.className(), UNLABELLED), f.part()))
                .sorted(Comparator.comparing(Entry::id))
                .toList();
        return new Listing(classes, entries);
    }

    private static String id(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private static void collectLayout(Path folder, Part part, List<Found> found) throws IOException {
        for (Path sub : subfolders(folder)) {
            String name = sub.getFileName().toString();
            collect(sub, UNLABELLED_NAMES.contains(name) ? "" : name, part, found);
        }
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> isPicture(file) && !Files.isDirectory(file))
                    .forEach(file -> found.add(new Found(file, "", part)));
        }
    }

    private static List<Path> subfolders(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(path -> !path.getFileName().toString().startsWith(".") && Files.isDirectory(path))
                    .sorted()
                    .toList();
        }
    }

    private static void collect(Path folder, String className, Part part, List<Found> found) throws IOException {
        Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                        return dir.getFileName().toString().startsWith(".")
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (isPicture(file)) {
                            found.add(new Found(file, className, part));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                        if (e instanceof FileSystemLoopException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
    }
}
