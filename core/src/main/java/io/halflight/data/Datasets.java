package io.halflight.data;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Opens datasets by the names that recipes and the command line use. */
public final class Datasets {
    static final String FORMS = "a dataset is shapes[:TRAIN,TEST[,SEED]], fashion-mnist[:DIR], cifar10[:DIR], idx:DIR,"
            + " folder:DIR or csv:FILE";

    private static final List<String> NAMES = List.of("shapes", "fashion-mnist", "cifar10", "idx", "folder", "csv");
    private static final String ROOTS = "HALFLIGHT_DATA";
    private static final Path SYSTEM_ROOT = Path.of("/usr/share/datasets");

    private static final String FASHION_REMEDY =
            "on Debian and Ubuntu, apt-get install dataset-fashion-mnist; or say fashion-mnist:DIR";
    private static final String CIFAR_REMEDY = "unpack cifar-10-binary.tar.gz below one of them, or say cifar10:DIR";

    private static final int SHAPES_TRAIN = 5000;
    private static final int SHAPES_TEST = 1000;
    private static final int MOST_SHAPES = 10_000_000;

    /**
     * How to keep pictures.
     *
     * @param storeSide side of the training pictures in pixels: files are kept with a shorter side of at most twice
     *     that, so that crops still have pixels to spare; 0 keeps them as they are
     */
    public record Options(int storeSide) {
        public Options {
            if (storeSide < 0) {
                throw new IllegalArgumentException("the side must be at least 0, got " + storeSide);
            }
        }
    }

    private Datasets() {}

    /**
     * Whether a dataset's pictures are files, which can be damaged and are kept at a size of choice; all others are in memory as they are.
     *
     * @param spec as in {@link #open}
     */
    public static boolean isFiles(String spec) {
        return spec.startsWith("folder:") || spec.startsWith("csv:");
    }

    /**
     * Opens a dataset.
     *
     * @param spec {@code shapes}, {@code shapes:TRAIN,TEST}, {@code shapes:TRAIN,TEST,SEED}, {@code fashion-mnist},
     *     {@code cifar10} (both looked for below each folder of the environment variable HALFLIGHT_DATA and below
     *     /usr/share/datasets), {@code fashion-mnist:DIR}, {@code cifar10:DIR}, {@code idx:DIR}, {@code folder:DIR} or
     *     {@code csv:FILE}
     * @throws HalflightException if there is no such form, folder or file, or its content is damaged
     */
    public static Dataset open(String spec, Options options) {
        String list = System.getenv(ROOTS);
        Stream<Path> given = list == null
                ? Stream.empty()
                : Arrays.stream(list.split(File.pathSeparator))
                        .filter(entry -> !entry.isBlank())
                        .map(Path::of);
        return open(spec, options, Stream.concat(given, Stream.of(SYSTEM_ROOT)).toList());
    }

    /** The SHA-256 of all pictures, in any order: 64 hexadecimal digits that change with any name or content. */
    public static String sha256(Dataset dataset) {
        String[] hashes = Hashes.all(dataset);
        String lines = IntStream.range(0, hashes.length)
                .mapToObj(i -> hashes[i] + " " + dataset.id(i) + "\n")
                .sorted()
                .collect(Collectors.joining());
        return Hashes.full(lines.getBytes(StandardCharsets.UTF_8));
    }

    static Dataset open(String spec, Options options, List<Path> roots) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        String argument = colon < 0 ? "" : spec.substring(colon + 1);
        return switch (name) {
            case "shapes" -> shapes(spec, argument);
            case "fashion-mnist" ->
                IdxDataset.open(
                        argument.isEmpty() ? find("fashion-mnist", roots, FASHION_REMEDY) : path(spec, argument),
                        spec,
                        IdxDataset.FASHION_CLASSES);
            case "cifar10" ->
                CifarDataset.open(
                        argument.isEmpty() ? find("cifar-10-batches-bin", roots, CIFAR_REMEDY) : path(spec, argument),
                        spec);
            case "idx" -> IdxDataset.open(path(spec, argument), spec, List.of());
            case "folder" -> new FolderDataset(path(spec, argument), spec, options.storeSide());
            case "csv" -> new CsvDataset(path(spec, argument), spec, options.storeSide());
            default -> throw unknown(spec, name);
        };
    }

    private static Path find(String folder, List<Path> roots, String remedy) {
        for (Path root : roots) {
            if (Files.isDirectory(root.resolve(folder))) {
                return root.resolve(folder);
            }
        }
        throw HalflightException.usage("there is no folder %s below %s (add folders by the variable %s); %s"
                .formatted(
                        folder,
                        String.join(", ", roots.stream().map(Path::toString).toList()),
                        ROOTS,
                        remedy));
    }

    private static Path path(String spec, String argument) {
        if (argument.isEmpty()) {
            throw HalflightException.usage("'%s' lacks a path; %s".formatted(spec, FORMS));
        }
        try {
            return Path.of(argument);
        } catch (InvalidPathException e) {
            throw HalflightException.usage("'%s' is no path: %s".formatted(argument, e.getReason()));
        }
    }

    private static Dataset shapes(String spec, String argument) {
        if (argument.isEmpty()) {
            return new ShapesDataset(spec, SHAPES_TRAIN, SHAPES_TEST, 0);
        }
        List<Long> numbers = new ArrayList<>();
        for (String field : argument.split(",", -1)) {
            try {
                numbers.add(Long.parseLong(field.strip()));
            } catch (NumberFormatException e) {
                throw HalflightException.usage("'%s' in '%s' is no whole number; %s".formatted(field, spec, FORMS));
            }
        }
        if (numbers.size() < 2 || numbers.size() > 3) {
            throw HalflightException.usage("'%s' has %d numbers; %s".formatted(spec, numbers.size(), FORMS));
        }
        long train = numbers.get(0);
        long test = numbers.get(1);
        if (train < 1 || test < 0 || train > MOST_SHAPES || test > MOST_SHAPES) {
            throw HalflightException.usage("'%s' asks for %d and %d pictures; 1 to %d and 0 to %d can be drawn"
                    .formatted(spec, train, test, MOST_SHAPES, MOST_SHAPES));
        }
        return new ShapesDataset(spec, (int) train, (int) test, numbers.size() == 3 ? numbers.get(2) : 0);
    }

    private static HalflightException unknown(String spec, String name) {
        File file = new File(spec); // unlike a Path, never refuses what was typed
        String hint = file.isDirectory()
                ? ", did you mean folder:%s".formatted(spec)
                : file.isFile() && name.toLowerCase(Locale.ROOT).endsWith(".csv")
                        ? ", did you mean csv:%s".formatted(spec)
                        : Nearest.hint(name, NAMES);
        return HalflightException.usage("there is no dataset '%s'%s; %s".formatted(spec, hint, FORMS));
    }
}
