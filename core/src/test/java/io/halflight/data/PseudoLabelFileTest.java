package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PseudoLabelFileTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadBackToTheLastDigit() throws IOException {
        List<PseudoLabel> labels = List.of(
                new PseudoLabel("a, \"b\".png", "Top, grey", 1 / 3f, 1.0986122f, 0.7f),
                new PseudoLabel("train/0", "Bag", 0.99999994f, 1.4e-38f, 0));
        Path file = folder.resolve(PseudoLabelFile.NAME);
        PseudoLabelFile.write(file, labels);

        assertThat(Files.readAllLines(file))
                .startsWith(
                        "path,label,confidence,entropy,neighbours",
                        "\"a, \"\"b\"\".png\",\"Top, grey\",0.33333334,1.0986122,0.7");
        assertThat(PseudoLabelFile.read(file)).isEqualTo(labels);
        assertThat(folder.toFile().list()).containsExactly(PseudoLabelFile.NAME);
    }

    @Test
    void anotherFileAndADamagedLineAreNamed() throws IOException {
        Path other = Files.writeString(folder.resolve("other.csv"), "path,label\na,b\n");
        assertThatThrownBy(() -> PseudoLabelFile.read(other))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("other.csv holds no pseudo-labels");
        Path cut = Files.writeString(
                folder.resolve("cut.csv"), "path,label,confidence,entropy,neighbours\na,b,0.5,0.1,1\nc,d,0.");
        assertThatThrownBy(() -> PseudoLabelFile.read(cut))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("cut.csv:3");
    }
}
