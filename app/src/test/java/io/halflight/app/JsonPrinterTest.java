package io.halflight.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import io.halflight.train.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonPrinterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final JsonPrinter printer = new JsonPrinter(new PrintStream(bytes, true, US_ASCII));

    private List<Map<String, Object>> events() {
        return bytes.toString(UTF_8)
                .lines()
                .map(line -> Json.object(Json.parse(line), "line"))
                .toList();
    }

    @Test
    void progressComesOnceForEachCompletedEpoch() {
        printer.stageStarted("pretrain", 1, 4, "");
        for (int step = 1; step <= 100; step++) {
            printer.progress(
                    new Progress("pretrain", 1, 4, Math.min(3, step / 25), 4, step, 100, 2, 10, 0, 1, Double.NaN));
        }

        assertThat(events()).extracting(event -> event.get("epochsDone")).containsExactly(null, 1L, 2L, 3L, 4L);
        assertThat(events()).extracting(event -> event.get("step")).containsExactly(null, 25L, 50L, 75L, 100L);
    }

    @Test
    void everyEventIsOneLineOfUtf8WhateverTheLocale() {
        printer.message("häßliche\nZeile");
        printer.evaluated("pretrain", 3, Map.of("knn", Double.NaN));
        printer.stageFinished("pretrain", 1.5, true);

        assertThat(events())
                .extracting(event -> event.get("event"))
                .containsExactly("message", "evaluated", "stageFinished");
        assertThat(events().get(0)).containsEntry("text", "häßliche\nZeile");
        assertThat(events().get(2)).containsEntry("seconds", 1.5).containsEntry("reused", true);
    }
}
