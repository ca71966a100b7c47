package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Memory over many steps of every method: few here, 2,000 with {@code -Dhalflight.leaks=2000}, which takes an hour. */
class LongTrainingTest {
    private static final int STEPS = Integer.getInteger("halflight.leaks", 8);

    /** Too few steps are still filling caches of the engine. */
    private static final double MOST_GROWTH = STEPS >= 1000 ? 1.03 : 1.15;

    private static final Pattern LINE =
            Pattern.compile("method (\\S+) handles (\\d+) (\\d+) resident-kb (\\d+) (\\d+)");

    @Test
    @Timeout(4 * 3600)
    @EnabledOnOs(OS.LINUX) // where the system says how much memory a process holds
    void neitherHandlesNorMemoryGrow(@TempDir Path folder) throws Exception {
        Path output = folder.resolve("output.txt");
        int status = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms192m", // Java's own memory is held from the start, so that what grows is native
                        "-Xmx192m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dhalflight.batch=8", // a step leaves as much behind whatever its size, and takes less time
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LeakCampaign.class.getName(),
                        Integer.toString(STEPS),
                        "0",
                        "1")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();

        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(status).as(text).isZero();
        List<MatchResult> lines = LINE.matcher(text).results().toList();
        assertThat(lines).hasSize((int) MethodHarnessTest.methods().count());
        for (MatchResult line : lines) {
            if (STEPS >= 1000) {
                System.out.println(line.group());
            }
            assertThat(Long.parseLong(line.group(3))).as(line.group()).isEqualTo(Long.parseLong(line.group(2)));
            assertThat((double) Long.parseLong(line.group(5)))
                    .as(line.group())
                    .isLessThan(MOST_GROWTH * Long.parseLong(line.group(4)));
        }
    }
}
