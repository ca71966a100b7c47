package io.halflight.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WholeRunTest {
    @Test
    void theFirstStepsAndTheEvaluationDoNotCount() {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            StringBuilder lines = new StringBuilder();
            for (int step = 1; step <= 7; step++) {
                double seconds = step <= 3 ? 10 * step : 30 + 0.5 * (step - 3);
                lines.append("{\"step\":%d,\"seconds\":%s,\"loss\":1.0}%n".formatted(step, seconds));
            }
            lines.append("{\"step\":7,\"knn\":0.5}\n");
            Path metrics = folder.write("metrics.jsonl", lines.toString());

            assertThat(WholeRun.viewsPerSecond(metrics)).isCloseTo(2 * 256 / 0.5, within(1e-9));
        }
    }

    @Test
    void aProcessAndItsChildrenAreMeasuredAndTheFolderGoes() throws IOException {
        Path path;
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            path = folder.path();
            Path script = folder.write(
                    "halflight", "#!/bin/sh\nsleep 0.7 | cat\necho done $OMP_NUM_THREADS \"$@\"\nexit 3\n");
            assertThat(script.toFile().setExecutable(true)).isTrue();

            Launch.Ended ended = new Launch(path, 5).halflight(List.of("run", "a b"));

            assertThat(ended.code()).isEqualTo(3);
            assertThat(ended.output().strip()).isEqualTo("done 5 run a b");
            if (Files.exists(Path.of("/proc/self/smaps_rollup"))) {
                assertThat(ended.peak()).isGreaterThan(0);
            }
        }
        assertThat(path).doesNotExist();
    }
}
