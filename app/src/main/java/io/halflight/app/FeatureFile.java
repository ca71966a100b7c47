package io.halflight.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.data.Csv;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A table of features that grows row by row and takes its name when it is whole. */
abstract class FeatureFile implements AutoCloseable {
    private static final List<String> ENDINGS = List.of(".csv", ".npy", ".parquet");

    private final Map<Path, Path> targets = new LinkedHashMap<>(); // by where they are written
    private long rows;
    private int width;

    FeatureFile() {}

    /** Whether there is a form for files of this name. */
    static boolean isKnown(Path file) {
        return ENDINGS.stream().anyMatch(file.toString()::endsWith);
    }

    /** Begins the file beside its place. */
    static FeatureFile open(Path target) {
        try {
            String name = target.toString();
            return name.endsWith(".parquet")
                    ? new ParquetFeatures(target)
                    : name.endsWith(".npy") ? new Npy(target) : new Table(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final long rows() {
        return rows;
    }

    final int width() {
        return width;
    }

    final void write(Path file, float[] features) {
        try {
            width = features.length;
            row(file, features);
            rows++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the file and gives it its name. */
    final void complete() {
        try {
            end();
            for (Map.Entry<Path, Path> file : targets.entrySet()) {
                Files.move(file.getKey(), file.getValue(), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public final void close() {
        try {
            end();
            for (Path unfinished : targets.keySet()) {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a file is written before it is whole: beside its place. */
    final Path unfinished(Path target) {
        Path unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
        targets.put(unfinished, target);
        return unfinished;
    }

    abstract void row(Path file, float[] features) throws IOException;

    /** Finishes and closes what is open; may be called twice. */
    abstract void end() throws IOException;

    /** path, then f0, f1 and so on; shortest decimals that give the same float again. */
    private static final class Table extends FeatureFile {
        private final Writer out;

        Table(Path target) throws IOException {
            out = Files.newBufferedWriter(unfinished(target), UTF_8);
        }

        @Override
        void row(Path file, float[] features) throws IOException {
            StringBuilder line = new StringBuilder();
            if (rows() == 0) {
                line.append("path");
                for (int i = 0; i < features.length; i++) {
                    line.append(",f").append(i);
                }
                line.append('\n');
            }
            line.append(Csv.quoted(file.toString()));
            for (float feature : features) {
                line.append(',').append(feature);
            }
            out.append(line.append('\n'));
        }

        @Override
        void end() throws IOException {
            out.close();
        }
    }

    /** NumPy's format 1.0: float32, little-endian, [rows, width]; the paths of the rows in {@code FILE.paths.csv}. */
    private static final class Npy extends FeatureFile {
        private static final int HEADER = 128;

        private final FileChannel channel;
        private final OutputStream out;
        private final BufferedWriter names;

        Npy(Path target) throws IOException {
            channel = FileChannel.open(
                    unfinished(target),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            out = new BufferedOutputStream(Channels.newOutputStream(channel));
            out.write(new byte[HEADER]); // written again at the end, when the number of rows is known
            names = Files.newBufferedWriter(
                    unfinished(target.resolveSibling(target.getFileName() + ".paths.csv")), UTF_8);
            names.append("path\n");
        }

        @Override
        void row(Path file, float[] features) throws IOException {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Float.BYTES * features.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(features);
            out.write(bytes.array());
            names.append(Csv.quoted(file.toString())).append('\n');
        }

        @Override
        void end() throws IOException {
            if (!channel.isOpen()) {
                return;
            }
            out.flush();
            String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows(), width());
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put((byte) 0x93)
                    .put("NUMPY".getBytes(US_ASCII))
                    .put((byte) 1)
                    .put((byte) 0);
            header.putShort((short) (HEADER - 10));
            header.put(" ".repeat(HEADER - 11).getBytes(US_ASCII)).put((byte) '\n');
            header.position(10).put(shape.getBytes(US_ASCII)).rewind();
            channel.write(header, 0);
            channel.close();
            names.close();
        }
    }
}
