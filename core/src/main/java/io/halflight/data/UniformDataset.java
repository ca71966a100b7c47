package io.halflight.data;

import static java.util.Objects.checkIndex;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Small pictures of one shape: a training block and a test block. */
abstract sealed class UniformDataset implements Dataset permits IdxDataset, CifarDataset {
    /**
     * Pictures of one part.
     *
     * @param pixels where they are
     * @param labels one byte per picture, 0 to 255
     */
    record Block(int channels, int height, int width, Pixels pixels, byte[] labels) {
        /** Of pictures in memory, planar, one after the other. */
        Block(int channels, int height, int width, byte[] pixels, byte[] labels) {
            this(channels, height, width, inMemory(pixels, channels * height * width), labels);
        }

        private static Pixels inMemory(byte[] pixels, int each) {
            return row -> Arrays.copyOfRange(pixels, row * each, (row + 1) * each);
        }

        int pictureBytes() {
            return channels * height * width;
        }

        int count() {
            return labels.length;
        }
    }

    /** A picture's bytes by its place in the block, planar, in an array of the caller's own. Asked by several threads. */
    @FunctionalInterface
    interface Pixels {
        byte[] picture(int row);
    }

    private static final int ID_DIGITS = 5;

    private final String spec;
    private final List<String> classes;
    private final Block train;
    private final Block test;
    private final AtomicReferenceArray<String> hashes;

    UniformDataset(String spec, List<String> classes, Block train, Block test) {
        this.spec = spec;
        this.classes = List.copyOf(classes);
        this.train = train;
        this.test = test;
        this.hashes = new AtomicReferenceArray<>(train.count() + test.count());
    }

    @Override
    public String spec() {
        return spec;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return train.count() + test.count();
    }

    @Override
    public String id(int index) {
        return id(part(index), row(index));
    }

    /** Such as {@code train/00042}. Put together by hand: a format takes 5 microseconds, 0.3 s for CIFAR-10. */
    static String id(Part part, int row) {
        String digits = Integer.toString(row);
        return (part == Part.TRAIN ? "train/" : "test/")
                + "0".repeat(Math.max(0, ID_DIGITS - digits.length()))
                + digits;
    }

    @Override
    public int label(int index) {
        return block(index).labels()[row(index)] & 0xFF;
    }

    @Override
    public Part part(int index) {
        return checkIndex(index, size()) < train.count() ? Part.TRAIN : Part.TEST;
    }

    @Override
    public Picture picture(int index) {
        Block block = block(index);
        byte[] pixels = block.pixels().picture(row(index));
        return new Picture(block.channels(), block.height(), block.width(), pixels);
    }

    @Override
    public String hash(int index) {
        String known = hashes.get(index);
        if (known == null) {
            known = Hashes.brief(block(index).pixels().picture(row(index)));
            hashes.set(index, known);
        }
        return known;
    }

    private Block block(int index) {
        return part(index) == Part.TRAIN ? train : test;
    }

    private int row(int index) {
        return part(index) == Part.TRAIN ? index : index - train.count();
    }

    /** Refuses an allocation that the heap or a Java array cannot hold, before it is tried. */
    static int allocatable(long bytes, Path file) {
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > Integer.MAX_VALUE - 8 || bytes > heap / 4 * 3) {
            throw HalflightException.run(
                    "%s announces %d MB of pictures, more than fits into this JVM (%d MB); start it"
                                    .formatted(file, bytes >> 20, heap >> 20)
                            + " with a larger -Xmx, at most 2 GB a file");
        }
        return (int) bytes;
    }
}
