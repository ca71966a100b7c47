package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies the figures of a run's stages to {@code RUN/tensorboard} as they are logged, one TensorBoard run a stage. The stages' own logs stay the
 * truth: one that was replaced, as a resumed stage does it, is copied anew from its start. Whatever fails here fails no training.
 */
final class TensorboardMirror implements AutoCloseable {
    static final String FOLDER = "tensorboard";

    private static final long SECONDS_BETWEEN_LOOKS = 2;
    private static final Set<String> NO_FIGURES = Set.of("step", "steps", "epoch", "seconds");

    private final Path run;
    private final Map<Path, Copy> copies = new LinkedHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final @Nullable Thread thread;

    private TensorboardMirror(Path run, boolean follows) {
        this.run = run;
        thread = follows ? new Thread(this::follow, "tensorboard") : null;
        if (thread != null) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Follows a run until closed. */
    static TensorboardMirror follow(Path run) {
        return new TensorboardMirror(run, true);
    }

    /**
     * Copies what there is of a run, and returns where to.
     *
     * @throws UncheckedIOException if that fails
     */
    static Path copy(Path run) {
        try (TensorboardMirror mirror = new TensorboardMirror(run, false)) {
            mirror.look();
        }
        return run.resolve(FOLDER);
    }

    /** Copies what is left. */
    @Override
    public void close() {
        ended.countDown();
        if (thread != null) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        for (Copy copy : copies.values()) {
            try {
                copy.close();
            } catch (UncheckedIOException e) {
                if (thread == null) { // else the run has done its work, whatever becomes of the copy
                    throw e;
                }
            }
        }
    }

    private void follow() {
        boolean last;
        do {
            try {
                last = ended.await(SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
                look();
            } catch (InterruptedException | UncheckedIOException e) {
                last = ended.getCount() == 0; // another time, if there is one
            }
        } while (!last);
    }

    private void look() {
        Path stages = run.resolve("stages");
        if (!Files.isDirectory(stages)) {
            return;
        }
        try (Stream<Path> list = Files.list(stages)) {
            for (Path stage : list.sorted().toList()) {
                Path log = stage.resolve("metrics.jsonl");
                if (Files.exists(log)) {
                    Path to = run.resolve(FOLDER).resolve(stage.getFileName());
                    copies.computeIfAbsent(log, key -> new Copy(key, to)).advance();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One stage's log and how far it has been copied. */
    private static final class Copy {
        private final Path log;
        private final Path folder;
        private @Nullable EventFile events;
        private @Nullable Object identity;
        private int copied; // bytes
        private Path file;

        Copy(Path log, Path folder) {
            this.log = log;
            this.folder = folder;
            file = folder;
        }

        void advance() throws IOException {
            var attributes = Files.readAttributes(log, BasicFileAttributes.class);
            byte[] bytes = Files.readAllBytes(log);
            double wall = attributes.lastModifiedTime().toMillis() / 1e3;
            if (events == null
                    || !Files.exists(file)
                    || bytes.length < copied
                    || !Objects.equals(identity, attributes.fileKey())) {
                begin(wall);
                identity = attributes.fileKey();
            }
            int end = bytes.length;
            while (end > copied && bytes[end - 1] != '\n') {
                end--; // a line that is still being written
            }
            List<Map<String, @Nullable Object>> lines = new ArrayList<>();
            double seconds = 0;
            String text = new String(Arrays.copyOfRange(bytes, copied, end), UTF_8);
            for (String line : text.lines().toList()) {
                Map<String, @Nullable Object> figures = figures(line);
                seconds = figures.get("seconds") instanceof Number n ? n.doubleValue() : seconds;
                lines.add(figures);
            }
            double zero = wall - seconds; // the last line was written when the file was
            for (Map<String, @Nullable Object> line : lines) {
                seconds = line.get("seconds") instanceof Number n ? n.doubleValue() : seconds;
                write(line, zero + seconds);
            }
            copied = end;
            Objects.requireNonNull(events).flush();
        }

        private void begin(double wall) throws IOException {
            close();
            Files.createDirectories(folder);
            try (Stream<Path> old = Files.list(folder)) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
            file = folder.resolve("events.out.tfevents.%d.halflight".formatted((long) wall));
            events = new EventFile(file, wall);
            copied = 0;
        }

        private void write(Map<String, @Nullable Object> line, double wall) throws IOException {
            if (!(line.get("step") instanceof Number step)) {
                return;
            }
            String group = line.containsKey("learningRate") ? "training/" : "evaluation/";
            for (Map.Entry<String, @Nullable Object> figure : line.entrySet()) {
                if (figure.getValue() instanceof Number value && !NO_FIGURES.contains(figure.getKey())) {
                    Objects.requireNonNull(events)
                            .scalar(group + figure.getKey(), step.longValue(), wall, value.doubleValue());
                }
            }
        }

        private static Map<String, @Nullable Object> figures(String line) {
            try {
                return Json.object(Json.parse(line), "a line");
            } catch (IllegalArgumentException cutShortByACrash) {
                return Map.of();
            }
        }

        void close() {
            try {
                if (events != null) {
                    events.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
