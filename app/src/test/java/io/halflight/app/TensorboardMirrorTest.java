package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorboardMirrorTest {
    @TempDir
    private Path run;

    private record Scalar(String tag, long step, double wall, float value) {}

    /** Reads what TensorBoard would, by the same rules written a second time: fields in any order, checksums apart. */
    private static List<Scalar> read(Path folder) throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).singleElement().asString().contains("tfevents");
            file = all.get(0);
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Scalar> scalars = new ArrayList<>();
        while (in.hasRemaining()) {
            int length = (int) in.getLong();
            in.getInt();
            ByteBuffer event = in.slice().limit(length).slice().order(ByteOrder.LITTLE_ENDIAN);
            in.position(in.position() + length + 4);
            double wall = 0;
            long step = 0;
            while (event.hasRemaining()) {
                switch (event.get()) {
                    case 0x09 -> wall = event.getDouble();
                    case 0x10 -> step = varint(event);
                    case 0x1a -> assertThat(text(event)).isEqualTo("brain.Event:2");
                    case 0x2a -> {
                        varint(event);
                        assertThat(event.get()).isEqualTo((byte) 0x0a);
                        varint(event);
                        assertThat(event.get()).isEqualTo((byte) 0x0a);
                        String tag = text(event);
                        assertThat(event.get()).isEqualTo((byte) 0x15);
                        scalars.add(new Scalar(tag, step, wall, event.getFloat()));
                    }
                    default -> throw new AssertionError("no such field");
                }
            }
        }
        return scalars;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[(int) varint(in)];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    private Path log(String stage, String... lines) throws IOException {
        Path log = Files.createDirectories(run.resolve("stages").resolve(stage)).resolve("metrics.jsonl");
        Files.writeString(log, String.join("", lines), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return log;
    }

    private static String step(int step, double loss) {
        return "{\"stage\":\"s\",\"step\":%d,\"steps\":500,\"seconds\":%d,\"loss\":%s,\"learningRate\":0.5}\n"
                .formatted(step, step / 10, loss);
    }

    @Test
    void aFileIsWhatTensorFlowWouldWrite() throws IOException {
        Path file = run.resolve("events");
        try (EventFile events = new EventFile(file, 1.5)) {
            events.scalar("a", 300, 2.5, 0.25);
        }
        // written by TensorBoard's own RecordWriter for the same two events
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
                .isEqualTo("1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
                        + "1800000000000000a37f4b2209000000000000044010ac022a0a0a080a0161150000803e2f6d388f");
    }

    @Test
    void figuresOfStepsAndEvaluationsBecomeScalars() throws IOException {
        Path log = log(
                "1-pretrain",
                step(150, 2.25),
                "{\"step\":300,\"epoch\":1,\"validationAccuracy\":0.5}\n",
                "{\"step\":300,\"warning\":\"collapse\"}\n",
                "not JSON\n",
                step(300, 1.5),
                "{\"step\":301,\"loss\":");
        log("2-finetune", step(1, 9));

        assertThat(TensorboardMirror.copy(run)).isEqualTo(run.resolve("tensorboard"));

        List<Scalar> scalars = read(run.resolve("tensorboard/1-pretrain"));
        assertThat(scalars)
                .extracting(s -> s.tag() + " " + s.step() + " " + s.value())
                .containsExactly(
                        "training/loss 150 2.25",
                        "training/learningRate 150 0.5",
                        "evaluation/validationAccuracy 300 0.5",
                        "training/loss 300 1.5",
                        "training/learningRate 300 0.5");
        double written = Files.getLastModifiedTime(log).toMillis() / 1e3;
        assertThat(scalars.get(3).wall()).isCloseTo(written, within(1e-3));
        assertThat(scalars.get(0).wall()).isCloseTo(written - 15, within(1e-3));
        assertThat(read(run.resolve("tensorboard/2-finetune"))).hasSize(2);
    }

    @Test
    void aRunIsFollowedAndALogThatWasReplacedIsCopiedAnew() throws Exception {
        Path log = log("1-s", step(1, 3), step(2, 2));
        TensorboardMirror mirror = TensorboardMirror.follow(run);
        Path copy = run.resolve("tensorboard/1-s");
        for (int i = 0; i < 1000 && !Files.exists(copy); i++) {
            Thread.sleep(10);
        }
        Path fresh = Files.writeString(run.resolve("fresh"), step(1, 3) + step(2, 7) + step(3, 6));
        Files.move(fresh, log, StandardCopyOption.REPLACE_EXISTING);
        mirror.close();

        assertThat(read(copy).stream().filter(s -> s.tag().equals("training/loss")))
                .extracting(Scalar::value)
                .containsExactly(3f, 7f, 6f);
    }
}
