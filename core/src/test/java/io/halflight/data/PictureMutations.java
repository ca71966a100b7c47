package io.halflight.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Picture files that went wrong; seed and number decide how. */
final class PictureMutations {
    /** What was done to a file. */
    enum Kind {
        CUT,
        BITS,
        HEAD,
        GIANT,
        ZERO,
        OTHER_NAME,
        SPLICED,
        INSERTED,
        REPEATED,
        LENGTH
    }

    /** One file. */
    record Mutation(int number, Kind kind, String name, byte[] bytes) {
        @Override
        public String toString() {
            return number + "-" + kind + "-" + name;
        }
    }

    private static final int[] GIANT_SIDES = {9_999, 30_000, 65_535, 1 << 20, 0x7FFF_FFFF, 0xFFFF_FFFF};
    private static final int[] LENGTHS = {0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, 0x0FFF_FFFF, 0xFFFF};

    private final long seed;
    private final List<Map.Entry<String, byte[]>> kinds =
            List.copyOf(PictureKinds.all().entrySet());

    PictureMutations(long seed) {
        this.seed = seed;
    }

    Mutation mutation(int number) {
        SplittableRandom random = Seeds.random(seed, "mutation", 0, number, 0);
        Kind kind = Kind.values()[number % Kind.values().length];
        Map.Entry<String, byte[]> whole = pick(random);
        byte[] bytes = whole.getValue().clone();
        String name = whole.getKey();
        switch (kind) {
            case CUT -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case BITS -> flip(bytes, bytes.length, random);
            case HEAD -> flip(bytes, Math.min(bytes.length, 80), random);
            case GIANT -> sides(bytes, name, GIANT_SIDES[random.nextInt(GIANT_SIDES.length)], random.nextInt(3));
            case ZERO -> sides(bytes, name, 0, random.nextInt(3));
            case OTHER_NAME -> name = name + "." + extension(pick(random).getKey());
            case SPLICED -> {
                byte[] other = pick(random).getValue();
                byte[] tail = Arrays.copyOfRange(other, random.nextInt(other.length), other.length);
                bytes = PictureKinds.inserted(Arrays.copyOf(bytes, random.nextInt(bytes.length)), 0, new byte[0]);
                bytes = PictureKinds.inserted(bytes, bytes.length, tail);
            }
            case INSERTED -> {
                byte[] noise = new byte[1 + random.nextInt(64)];
                random.nextBytes(noise);
                bytes = PictureKinds.inserted(bytes, random.nextInt(bytes.length), noise);
            }
            case REPEATED -> {
                int from = random.nextInt(bytes.length);
                byte[] part = Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from) + 1);
                bytes = PictureKinds.inserted(bytes, from, part);
            }
            case LENGTH ->
                ByteBuffer.wrap(bytes)
                        .putInt(
                                random.nextInt(random.nextBoolean() ? 120 : bytes.length - 4),
                                LENGTHS[random.nextInt(LENGTHS.length)]);
        }
        if (random.nextInt(4) > 0 && extension(name).equals("png")) {
            correctSums(bytes); // else the sums stop libpng before it comes to the damage
        }
        return new Mutation(number, kind, name, bytes);
    }

    private Map.Entry<String, byte[]> pick(SplittableRandom random) {
        return kinds.get(random.nextInt(kinds.size()));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static void flip(byte[] bytes, int below, SplittableRandom random) {
        for (int i = 0; i < 1 + random.nextInt(32); i++) {
            bytes[random.nextInt(below)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    /** Overwrites what the header says of width (0), height (1) or both (2). */
    private static void sides(byte[] bytes, String name, int side, int which) {
        ByteBuffer big = ByteBuffer.wrap(bytes);
        ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (extension(name)) {
            case "png" -> ints(big, 16, 20, side, which);
            case "bmp" -> ints(little, 18, 22, side, which);
            case "gif" -> shorts(little, 6, 8, side, which);
            case "jpg" -> {
                int at = 2;
                while ((bytes[at + 1] & 0xFC) != 0xC0 || bytes[at + 1] == (byte) 0xC4) {
                    at += 2 + (big.getShort(at + 2) & 0xFFFF);
                }
                shorts(big, at + 7, at + 5, side, which);
            }
            case "webp" -> {
                if (bytes[15] == 'L') {
                    little.putInt(21, little.getInt(21) | (side == 0 ? 0 : 0x0FFF_FFFF));
                } else {
                    shorts(little, 26, 28, side, which);
                }
            }
            default -> { // TIFF: size, or how it is cut into strips and tiles
                ByteBuffer in = bytes[0] == 'I' ? little : big;
                int directory = in.getInt(4);
                for (int i = 0; i < in.getShort(directory); i++) {
                    int entry = directory + 2 + 12 * i;
                    int tag = in.getShort(entry) & 0xFFFF;
                    boolean chosen =
                            which == 2 ? tag == 278 || tag == 279 || tag == 322 || tag == 323 : tag == 256 + which;
                    if (chosen) {
                        in.putShort(entry + 2, (short) 4).putInt(entry + 8, side);
                    }
                }
            }
        }
    }

    private static void ints(ByteBuffer in, int width, int height, int side, int which) {
        if (which != 1) {
            in.putInt(width, side);
        }
        if (which != 0) {
            in.putInt(height, side);
        }
    }

    private static void shorts(ByteBuffer in, int width, int height, int side, int which) {
        if (which != 1) {
            in.putShort(width, (short) side);
        }
        if (which != 0) {
            in.putShort(height, (short) side);
        }
    }

    private static void correctSums(byte[] png) {
        ByteBuffer in = ByteBuffer.wrap(png);
        for (int at = 8; at + 12 <= png.length; ) {
            int length = in.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            in.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
    }
}
