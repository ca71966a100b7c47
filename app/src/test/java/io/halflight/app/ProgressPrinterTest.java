package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.train.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressPrinterTest {
    private static final int EPOCHS = 25;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long now = 1_000_000_000_000L;

    private ProgressPrinter printer(Terminal terminal) {
        return new ProgressPrinter(new PrintStream(bytes, true, UTF_8), terminal, () -> now);
    }

    private static Terminal terminal(int width) {
        return new Terminal(true, true, true, () -> width);
    }

    private String printed() {
        return bytes.toString(UTF_8);
    }

    /** What is left on the screen when every rewriting is done. */
    private String screen() {
        return visible(printed().replaceAll("[^\\n\\r]*\\r", ""));
    }

    private static String visible(String text) {
        return text.replaceAll("\\033\\[[?0-9;]*[A-Za-z]", "");
    }

    private void run(ProgressPrinter printer, double seconds, int steps) {
        printer.stageStarted("pretrain", 1, 4, "SimCLR");
        for (int step = 1; step <= steps; step++) {
            now += (long) (seconds / steps * 1e9);
            int epoch = Math.min(EPOCHS - 1, step * EPOCHS / steps);
            printer.progress(new Progress(
                    "pretrain",
                    1,
                    4,
                    epoch,
                    EPOCHS,
                    step,
                    steps,
                    4.8,
                    1240,
                    0.1,
                    seconds * (steps - step) / steps,
                    Double.NaN));
        }
        printer.stageFinished("pretrain", seconds, false);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void aTerminalLineIsRewrittenInPlaceAndNeverWraps(int width) {
        run(printer(terminal(width)), 20, 1000);

        String[] drawings = printed().split("[\\r\\n]+");
        assertThat(drawings.length).isGreaterThan(100);
        assertThat(drawings)
                .allSatisfy(drawing -> assertThat(visible(drawing).length()).isLessThan(width));
        assertThat(screen()).isEqualTo("pretrain 1/4: SimCLR\n✓ pretrain 1/4 done in 0:20\n");
    }

    @Test
    void aTerminalIsDrawnAtMostTenTimesASecond() {
        run(printer(terminal(80)), 10, 5000);

        assertThat(printed().split("\\033\\[\\?7l").length - 1).isBetween(90, 101);
    }

    @Test
    void theWidthIsAskedForAnewWithEveryLine() {
        int[] width = {120};
        ProgressPrinter printer = printer(new Terminal(true, true, false, () -> width[0]));
        Progress p = new Progress("pretrain", 1, 4, 11, 25, 469, 1000, 4.812, 1240.4, 0.004, 372, Double.NaN);
        printer.progress(p);
        assertThat(printed()).contains("waiting 0%");
        bytes.reset();
        now += 1_000_000_000L;
        width[0] = 30;

        printer.progress(p);

        assertThat(visible(printed()).strip()).isEqualTo("pretrain 1/4  46%  6:12 left");
    }

    @Test
    void withoutATerminalLinesAreAtLeastTenSecondsApart() {
        run(printer(Terminal.NONE), 60, 3000);

        assertThat(printed()).doesNotContain("\r").doesNotContain("\033");
        assertThat(printed().lines()).hasSizeBetween(6, 8);
        assertThat(printed().lines().toList().get(1))
                .contains("pictures/s", "waiting 10%", "left")
                .doesNotContain("#");
    }

    @Test
    void withoutATerminalSlowEpochsGetOneLineEach() {
        run(printer(Terminal.NONE), EPOCHS * 100, 1000);

        assertThat(printed().lines().filter(line -> line.contains("epoch")).toList())
                .hasSize(EPOCHS - 1)
                .doesNotHaveDuplicates();
    }

    @Test
    void withoutATerminalSilenceEndsAfterFiveMinutes() {
        run(printer(Terminal.NONE), EPOCHS * 3600.0, EPOCHS * 3600);

        assertThat(printed().lines().count()).isBetween(EPOCHS * 12L, EPOCHS * 13L + 2);
    }

    @Test
    void coloursAreLeftOutOnRequest() {
        run(printer(new Terminal(true, true, false, () -> 80)), 5, 100);

        assertThat(printed()).doesNotContainPattern("\\033\\[\\d+m");
    }

    @Test
    void figuresOfOneEpochShareALine() {
        ProgressPrinter printer = printer(Terminal.NONE);
        printer.stageStarted("pretrain", 1, 4, "");
        now += 60_000_000_000L;
        printer.evaluated("pretrain", 11, Map.of("knn", 0.6123));
        printer.evaluated("pretrain", 12, Map.of("knn", 0.62));
        printer.evaluated("pretrain", 12, Map.of("linear", 0.7));
        printer.stageFinished("pretrain", 60, false);

        assertThat(printed())
                .isEqualTo("pretrain 1/4\n  epoch 12: k-NN 61.2%\n  epoch 13: k-NN 62.0%, linear probe 70.0%\n"
                        + "pretrain 1/4 done in 1:00\n");
    }

    @Test
    void frequentFiguresDoNotFlood() {
        ProgressPrinter printer = printer(terminal(80));
        printer.stageStarted("finetune", 2, 4, "");
        for (int epoch = 0; epoch < 100; epoch++) {
            now += 100_000_000L;
            printer.evaluated("finetune", epoch, Map.of("validationAccuracy", epoch / 100.0));
        }
        printer.stageFinished("finetune", 10, false);

        assertThat(screen().lines().filter(line -> line.contains("validation")).toList())
                .containsExactly("  epoch 1: validation 0.0%", "  epoch 100: validation 99.0%");
    }

    @Test
    void messagesMakeWayForThemselves() {
        ProgressPrinter printer = printer(terminal(80));
        printer.preparing("Reading", 1, 10);
        printer.message("2 files were left out");

        assertThat(screen()).isEqualTo("2 files were left out\n");
    }

    @Test
    void aReusedStageSaysSo() {
        ProgressPrinter printer = printer(Terminal.NONE);
        printer.stageFinished("pretrain", 372, true);

        assertThat(printed()).isEqualTo("pretrain was done before, in 6:12\n");
    }
}
