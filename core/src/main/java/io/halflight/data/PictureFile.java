package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/** Reads picture files. All that are in memory at once have no more bytes than one may have, however many threads read. */
final class PictureFile {
    private static final long MOST_BYTES = 1L << 29;
    private static final Gate KILOBYTES = new Gate((int) (MOST_BYTES >> 10));

    private PictureFile() {}

    /**
     * Lets go of the content when {@code use} returns.
     *
     * @throws HalflightException if the file is missing, too large, no ordinary file, or cannot be read
     */
    static <T> T read(Path file, Function<byte[], T> use) {
        long size = size(file);
        return KILOBYTES.during((size >> 10) + 1, () -> use.apply(content(file, (int) size)));
    }

    private static long size(Path file) {
        try {
            long size = Files.size(file);
            if (!Files.isRegularFile(file)) { // opening a pipe would wait for its other end
                throw HalflightException.run(file + " is no ordinary file");
            }
            if (size > MOST_BYTES) {
                throw HalflightException.run(
                        "%s has %d MB; picture files may have %d".formatted(file, size >> 20, MOST_BYTES >> 20));
            }
            return size;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static byte[] content(Path file, int size) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(size);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static HalflightException unreadable(Path file, IOException e) {
        return e instanceof NoSuchFileException
                ? HalflightException.run(file + " does not exist; check the path, or restore it", e)
                : HalflightException.run("%s cannot be read (%s); check its permissions".formatted(file, e), e);
    }
}
