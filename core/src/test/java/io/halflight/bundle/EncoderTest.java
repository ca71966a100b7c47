package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import io.halflight.eval.Leaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTest {
    @TempDir
    private Path folder;

    private Path bundle() {
        Path bundle = folder.resolve("model");
        Models.write(bundle, 1, 5);
        return bundle;
    }

    @Test
    void featuresAreThoseOfTheClassifiersBackboneOneByOneAndTogether() {
        Path bundle = bundle();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 70; i++) { // more than go through at a time
            pictures.add(Models.picture(i, 10 + i % 5, 14));
        }
        try (Encoder encoder = Encoder.load(bundle);
                Classifier classifier = Classifier.load(bundle)) {
            List<float[]> together = encoder.embed(pictures);
            assertThat(together).hasSize(70);
            for (int i = 0; i < 70; i += 23) {
                assertThat(together.get(i)).hasSize(encoder.features());
                assertThat(together.get(i)).containsExactly(classifier.embed(pictures.get(i)), within(1e-5f));
                assertThat(encoder.embed(pictures.get(i))).containsExactly(together.get(i), within(1e-5f));
            }
        }
    }

    @Test
    void onceClosedItSaysWhichOneItWas() {
        Encoder encoder = Encoder.load(bundle());
        encoder.close();
        encoder.close();
        assertThatThrownBy(() -> encoder.embed(Models.picture(1, 8, 8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the encoder of " + folder.resolve("model"));
    }

    @Test
    void classifiersAreNotTakenForEncoders() {
        ModelBundle read = ModelBundle.read(bundle());
        assertThatThrownBy(() -> Encoder.of(() -> Exportable.of(read, false), "it", "cpu"))
                .hasMessageContaining("it is a classifier");
    }

    @Test
    void closingFreesAllOfItAtOnce() {
        Path bundle = bundle();
        long before = Leaks.settledCount();
        Encoder encoder = Encoder.load(bundle);
        encoder.embed(Models.picture(1, 8, 8));
        assertThat(Pointer.totalCount()).isGreaterThan(before + 20);
        encoder.close();
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
}
