package io.halflight.eval;

import io.halflight.HalflightException;
import io.halflight.data.Dataset;
import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Grey pictures of 8 x 8 pixels: picture i is of the even value 2 * i, but the broken one cannot be read. */
record MemoryPictures(int size, int broken) implements Dataset {
    static final int SIDE = 8;

    MemoryPictures(int size) {
        this(size, -1);
    }

    /** Copies the pixels, scaled to [0, 1]. */
    static Transform plain() {
        return new Transform() {
            @Override
            public int channels() {
                return 1;
            }

            @Override
            public int height() {
                return SIDE;
            }

            @Override
            public int width() {
                return SIDE;
            }

            @Override
            public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
                for (int i = 0; i < picture.pixels().length; i++) {
                    out[offset + i] = (picture.pixels()[i] & 255) / 255f;
                }
            }
        };
    }

    static float value(int index) {
        return 2 * index / 255f;
    }

    @Override
    public Picture picture(int index) {
        if (index == broken) {
            throw HalflightException.run("picture " + index + " is broken");
        }
        byte[] pixels = new byte[SIDE * SIDE];
        Arrays.fill(pixels, (byte) (2 * index));
        return new Picture(1, SIDE, SIDE, pixels);
    }

    @Override
    public String spec() {
        return "memory";
    }

    @Override
    public List<String> classes() {
        return List.of("only");
    }

    @Override
    public String id(int index) {
        return Integer.toString(index);
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public Part part(int index) {
        return Part.TRAIN;
    }

    @Override
    public String hash(int index) {
        return "%016x".formatted(index);
    }
}
