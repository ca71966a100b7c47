package io.halflight.bundle;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The files of a bundle. */
final class BundleDirectory {
    static final Set<String> OWN = Set.of(ModelBundle.WEIGHTS, ModelBundle.DESCRIPTION);
    private static final int MOST_TEXT = 16 << 20;
    private static final AtomicLong TEMPORARY = new AtomicLong();

    private BundleDirectory() {}

    /**
     * Has a sibling directory filled, then gives it the wanted name. An older bundle is moved aside first and deleted
     * last, so that a failure at any point leaves one whole bundle on the disk.
     */
    static void replace(Path directory, Consumer<Path> fill) {
        Path target = directory.toAbsolutePath().normalize();
        String mark = ProcessHandle.current().pid() + "-" + TEMPORARY.incrementAndGet();
        Path fresh = target.resolveSibling("." + target.getFileName() + "." + mark + ".tmp");
        Path old = target.resolveSibling("." + target.getFileName() + "." + mark + ".old");
        try {
            boolean exists = Files.exists(target);
            if (exists) {
                requireOnlyBundle(target);
            }
            Files.createDirectories(fresh);
            fill.accept(fresh);
            if (exists) {
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (exists) {
                    Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
            delete(old);
        } catch (IOException e) {
            throw HalflightException.run(
                    "the model bundle %s could not be written (%s): check permissions and space"
                            .formatted(directory, e),
                    e);
        } finally {
            delete(fresh);
        }
    }

    private static void requireOnlyBundle(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            throw HalflightException.usage(target + " is a file: give a directory for the model bundle");
        }
        for (Path entry : entries(target)) {
            if (!OWN.contains(entry.getFileName().toString())) {
                throw HalflightException.usage("%s holds %s, which is no part of a model bundle: give another directory"
                        .formatted(target, entry.getFileName()));
            }
        }
    }

    static void writeText(Path file, String text) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    static HalflightException unwritable(Path file, IOException e) {
        return HalflightException.run(
                "%s could not be written (%s): check permissions and space".formatted(file, e), e);
    }

    static String readText(Path file) {
        requireOrdinary(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_TEXT + 1);
            if (bytes.length > MOST_TEXT) {
                throw HalflightException.run("%s has more than %d MB: it describes no model, copy the bundle again"
                        .formatted(file, MOST_TEXT >> 20));
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw HalflightException.run(file + " is not UTF-8 text: copy the bundle again", e);
        } catch (NoSuchFileException e) {
            throw HalflightException.usage(
                    "%s does not exist: give the directory of a model bundle, such as model/ of a finished run"
                            .formatted(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** A bundle from a stranger shall not make anybody read, and perhaps pass on, files that are elsewhere. */
    private static void requireOrdinary(Path file) {
        try {
            if (Files.exists(file)
                    && (!Files.isRegularFile(file) || !file.toRealPath().startsWith(folder(file)))) {
                throw HalflightException.run(
                        "%s is no file of the bundle but a link or something else: put the file itself there"
                                .formatted(file));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Path folder(Path file) throws IOException {
        return requireNonNull(file.toAbsolutePath().getParent()).toRealPath();
    }

    static String sha256(Path file) {
        requireOrdinary(file);
        MessageDigest digest = digest();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[1 << 20];
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                digest.update(block, 0, read);
            }
        } catch (NoSuchFileException e) {
            throw HalflightException.run(
                    "%s is missing from the model bundle: copy the bundle again".formatted(file), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static HalflightException unreadable(Path file, IOException e) {
        return HalflightException.run(
                "%s could not be read (%s): check permissions and the disk".formatted(file, e), e);
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            for (Path entry : entries(directory)) {
                Files.delete(entry);
            }
            Files.delete(directory);
        } catch (IOException e) {
            // what stays behind is hidden and harmless; the failure that led here, if any, is the one to report
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
