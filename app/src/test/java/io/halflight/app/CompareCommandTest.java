package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    private Path folder;

    /** Answers on {@code n} pictures, of which the first {@code right} are right. */
    private String run(String name, int right, int n) throws IOException {
        StringBuilder csv = new StringBuilder("picture,label,prediction,confidence,model\n");
        for (int i = 0; i < n; i++) {
            csv.append("test/%d,\"gull, grey\",%s,0.9,%s-stage%n"
                    .formatted(i, i < right ? "\"gull, grey\"" : "seal", name));
        }
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(run.resolve("predictions.csv"), csv);
        return run.toString();
    }

    @Test
    void runsAreComparedWithTheFirstOnCommonPictures() throws IOException {
        String first = run("first", 600, 1000);
        String better = run("better", 700, 1000);
        String fewer = run("fewer", 598, 900);
        Captured said = Captured.of("compare", first, better, fewer);

        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        List<String> lines = said.out().lines().toList();
        assertThat(lines.get(0)).matches(".*first, first-stage +66[.]7%");
        assertThat(lines.get(1))
                .contains("better-stage")
                .contains("77.8%  +11.1 (+9.")
                .doesNotContain("no clear");
        assertThat(lines.get(2)).contains("66.4%  -0.2 (-0.6 to +0.0) no clear difference");
        assertThat(lines.get(4))
                .isEqualTo("900 common test pictures; differences to the first with their 95% intervals.");
    }

    @Test
    void programsGetOneObject() throws IOException {
        Captured said = Captured.of("compare", run("a", 6, 10), run("b", 9, 10), "--json");
        Map<String, Object> line = Json.object(Json.parse(said.out()), "the answer");
        assertThat(line).containsEntry("event", "comparison");
        assertThat((List<?>) line.get("runs")).hasSize(2);
        assertThat(line.toString()).contains("accuracy=0.9", "difference=0.3");
    }

    @Test
    void whatCannotBeComparedIsNamed() throws IOException {
        String run = run("a", 6, 10);
        Path other = Files.createDirectories(folder.resolve("other"));
        assertThat(Captured.of("compare", run).code()).isEqualTo(Failures.USAGE);
        assertThat(Captured.of("compare", run, other.toString()).err()).contains("other holds no predictions.csv");
        Files.writeString(other.resolve("predictions.csv"), "picture,label,prediction\nx/1,seal,seal\n");
        assertThat(Captured.of("compare", run, other.toString()).err()).contains("no test picture in common");
        Files.writeString(other.resolve("predictions.csv"), "picture,label,prediction\ntest/1,seal,seal\n");
        assertThat(Captured.of("compare", run, other.toString()).err())
                .contains("test/1 is 'gull, grey'", "says 'seal'");
        Files.writeString(other.resolve("predictions.csv"), "picture,label,prediction\n");
        assertThat(Captured.of("compare", run, other.toString()).err()).contains("holds no answers");
    }
}
