package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    Path folder;

    @Test
    void whatComesAfterTheCheckpointAndWhatACrashCutShortIsDropped() throws IOException {
        MetricsLog log = new MetricsLog(folder);
        assertThat(log.rewindTo(0)).isEmpty();
        for (int step = 1; step <= 4; step++) {
            log.append(Map.of("step", step));
        }
        Path file = folder.resolve("metrics.jsonl");
        String whole = Files.readString(file);
        Files.writeString(file, "{\"step\": 2, \"lo", StandardOpenOption.APPEND);

        assertThat(new MetricsLog(folder).rewindTo(3))
                .extracting(line -> line.get("step"))
                .containsExactly(1L, 2L, 3L);
        assertThat(Files.readString(file)).isEqualTo(whole.substring(0, whole.indexOf("{\"step\":4")));
    }
}
