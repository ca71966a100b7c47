package io.halflight.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes IDX files for tests: pixel j of record i is 7 i + j, its label i mod 10. */
final class IdxFiles {
    private IdxFiles() {}

    static void write(Path folder, int train, int test, int height, int width) throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(train, height, width));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(train));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(test, height, width));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(test));
    }

    static byte[] images(int... shape) {
        int record = 1;
        for (int i = 1; i < shape.length; i++) {
            record *= shape[i];
        }
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + shape[0] * record);
        out.putInt(0x800 | shape.length);
        for (int side : shape) {
            out.putInt(side);
        }
        for (int i = 0; i < shape[0]; i++) {
            for (int j = 0; j < record; j++) {
                out.put((byte) (7 * i + j));
            }
        }
        return out.array();
    }

    static byte[] labels(int count) {
        ByteBuffer out = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            out.put((byte) (i % 10));
        }
        return out.array();
    }
}
