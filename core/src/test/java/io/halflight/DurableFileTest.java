package io.halflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
    @TempDir
    Path folder;

    @Test
    void aFailureHalfwayLeavesTheOldFileAndNothingBeside() throws IOException {
        Path file = folder.resolve("a.txt");
        DurableFile.write(file, "old");
        assertThatThrownBy(() -> DurableFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {1}));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class);
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("a.txt");
        DurableFile.write(file, "new");
        assertThat(file).hasContent("new");
    }

    @Test
    void aSiblingOfAnEarlierProcessWithTheSameIdIsNoObstacle() throws IOException {
        Path file = folder.resolve("a.txt");
        long pid = ProcessHandle.current().pid();
        for (int i = 0; i < 2000; i++) {
            Files.writeString(folder.resolve(".a.txt." + pid + "-" + i + ".tmp"), "longer than what comes now");
        }
        DurableFile.write(file, "new");
        assertThat(file).hasContent("new");
        DurableFile.removeLeftovers(folder);
        assertThat(folder.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void whatIsAppendedStandsBehind() throws IOException {
        Path file = folder.resolve("log");
        DurableFile.append(file, "one\n");
        DurableFile.append(file, "zwölf\n");
        DurableFile.force(file);
        assertThat(Files.readString(file)).isEqualTo("one\nzwölf\n");
    }
}
