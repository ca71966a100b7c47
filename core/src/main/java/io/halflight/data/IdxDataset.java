package io.halflight.data;

import io.halflight.HalflightException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The IDX files of MNIST and its relatives, plain or gzipped: {@code train-images-idx3-ubyte} (grey) or {@code
 * train-images-idx4-ubyte} (three channels, last or first), {@code train-labels-idx1-ubyte} and the same with {@code t10k}
 * for the test part, which may be missing. The hash of a record is that of its pixels in planar order.
 */
final class IdxDataset extends UniformDataset {
    /** The class names of Fashion-MNIST (arXiv:1708.07747, table 2). */
    static final List<String> FASHION_CLASSES = List.of(
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot");

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MOST_PICTURE_BYTES = 1 << 24;
    /** Deflate shrinks by at most 1032 to 1, so a larger announcement is false. */
    private static final int MOST_EXPANSION = 1032;

    private record Content(int[] shape, byte[] bytes) {}

    private IdxDataset(String spec, List<String> classes, Block train, Block test) {
        super(spec, classes, train, test);
    }

    /** Opens the files in a folder; without names the classes are called 0, 1, 2 and so on. */
    static IdxDataset open(Path folder, String spec, List<String> names) {
        if (!Files.isDirectory(folder)) {
            throw HalflightException.usage("there is no folder %s; %s".formatted(folder, Datasets.FORMS));
        }
        Block train = block(folder, "train");
        Block test = find(folder, "t10k-images") == null
                ? new Block(train.channels(), train.height(), train.width(), new byte[0], new byte[0])
                : block(folder, "t10k");
        if (test.pictureBytes() != train.pictureBytes() || test.width() != train.width()) {
            throw HalflightException.run("the training and test pictures in %s differ in size".formatted(folder));
        }
        int highest = Math.max(highest(train.labels()), highest(test.labels()));
        List<String> classes = names.isEmpty()
                ? IntStream.rangeClosed(0, highest).mapToObj(Integer::toString).toList()
                : names;
        if (highest >= classes.size()) {
            throw HalflightException.run(
                    "a label in %s is %d, but there are %d classes".formatted(folder, highest, classes.size()));
        }
        return new IdxDataset(spec, classes, train, test);
    }

    private static int highest(byte[] labels) {
        int highest = 0;
        for (byte label : labels) {
            highest = Math.max(highest, label & 0xFF);
        }
        return highest;
    }

    private static Block block(Path folder, String part) {
        Path imageFile = require(folder, part + "-images");
        Path labelFile = require(folder, part + "-labels");
        Content labels = read(labelFile, 1);
        Content images = read(imageFile, 3);
        int[] shape = images.shape();
        if (shape[0] != labels.shape()[0]) {
            throw HalflightException.run("%s holds %d pictures but %s holds %d labels"
                    .formatted(imageFile, shape[0], labelFile, labels.shape()[0]));
        }
        if (shape.length == 3) {
            return new Block(1, shape[1], shape[2], images.bytes(), labels.bytes());
        }
        if (shape[3] == 3) {
            return new Block(3, shape[1], shape[2], planar(images.bytes(), shape[1] * shape[2]), labels.bytes());
        }
        if (shape[1] == 3 || shape[1] == 1) {
            return new Block(shape[1], shape[2], shape[3], images.bytes(), labels.bytes());
        }
        throw HalflightException.run(
                "%s holds pictures of %s, neither 1 nor 3 channels".formatted(imageFile, Arrays.toString(shape)));
    }

    /** [N, H, W, 3] to [N, 3, H, W], in place but for one picture. */
    private static byte[] planar(byte[] bytes, int area) {
        byte[] picture = new byte[3 * area];
        for (int from = 0; from < bytes.length; from += picture.length) {
            for (int i = 0; i < area; i++) {
                for (int c = 0; c < 3; c++) {
                    picture[c * area + i] = bytes[from + 3 * i + c];
                }
            }
            System.arraycopy(picture, 0, bytes, from, picture.length);
        }
        return bytes;
    }

    private static Path require(Path folder, String stem) {
        Path file = find(folder, stem);
        if (file == null) {
            String dimensions = stem.endsWith("labels") ? "1" : "3";
            throw HalflightException.usage("%s holds no %s-idx%s-ubyte or %s-idx%s-ubyte.gz"
                    .formatted(folder, stem, dimensions, stem, dimensions));
        }
        return file;
    }

    private static @Nullable Path find(Path folder, String stem) {
        for (String dimensions : stem.endsWith("labels") ? List.of("1") : List.of("3", "4")) {
            for (String separator : List.of("-", ".")) {
                for (String suffix : List.of("", ".gz")) {
                    Path file = folder.resolve(stem + separator + "idx" + dimensions + "-ubyte" + suffix);
                    if (Files.isRegularFile(file)) {
                        return file;
                    }
                }
            }
        }
        return null;
    }

    private static Content read(Path file, int leastDimensions) {
        boolean zipped = file.toString().endsWith(".gz");
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                DataInputStream in = new DataInputStream(zipped ? new GZIPInputStream(raw, 1 << 16) : raw)) {
            int magic = in.readInt();
            int dimensions = magic & 0xFF;
            boolean fits = leastDimensions == 1 ? dimensions == 1 : dimensions == 3 || dimensions == 4;
            if (magic >>> 8 != UNSIGNED_BYTE || !fits) {
                throw HalflightException.run(
                        "%s is no IDX file of unsigned bytes: it begins with 0x%08x, 0x%08x expected"
                                .formatted(file, magic, UNSIGNED_BYTE << 8 | leastDimensions));
            }
            int[] shape = new int[dimensions];
            for (int i = 0; i < dimensions; i++) {
                shape[i] = in.readInt();
            }
            byte[] bytes = new byte[allocatable(announced(file, shape, zipped), file)];
            in.readFully(bytes);
            if (in.read() >= 0) {
                throw HalflightException.run("%s goes on after the %d records it announces".formatted(file, shape[0]));
            }
            return new Content(shape, bytes);
        } catch (EOFException | ZipException e) {
            throw HalflightException.run("%s is cut short or damaged; fetch it again".formatted(file), e);
        } catch (IOException e) {
            throw HalflightException.run("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The bytes that the header promises, refused before allocation if the file cannot hold them. */
    private static long announced(Path file, int[] shape, boolean zipped) throws IOException {
        long record = 1;
        for (int i = 1; i < shape.length; i++) {
            record = shape[i] < 1 || shape[i] > MOST_PICTURE_BYTES ? -1 : record * shape[i];
            if (record < 1 || record > MOST_PICTURE_BYTES) {
                throw HalflightException.run("%s announces pictures of %s".formatted(file, Arrays.toString(shape)));
            }
        }
        long bytes = record * shape[0];
        long possible =
                zipped ? Files.size(file) * MOST_EXPANSION : Files.size(file) - Integer.BYTES * (1L + shape.length);
        if (shape[0] < 1 || bytes > possible) {
            throw HalflightException.run("%s announces %d records of %d bytes, which it cannot hold; fetch it again"
                    .formatted(file, shape[0], record));
        }
        return bytes;
    }
}
