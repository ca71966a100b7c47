package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FrozenSuiteTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final FrozenSuite.Neighbours NEIGHBOURS = new FrozenSuite.Neighbours(3, 0.1);
    private static final int WIDTH = 12;
    private static final long SEED = 31;

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void everyFigureFindsClassesThatAreThereAndNamesItsProtocol() {
        try (PointerScope scope = new PointerScope()) {
            List<FrozenSuite.Figure> figures =
                    FrozenSuite.of(blobs(60, 3, 1), blobs(30, 3, 2), blobs(90, 3, 3), CLASSES, NEIGHBOURS, SEED);
            assertThat(figures).extracting(FrozenSuite.Figure::name).containsExactly("knn", "linear", "linearSgd");
            assertThat(figures)
                    .allSatisfy(figure -> assertThat(figure.accuracy())
                            .as("%s, seed %d", figure.name(), SEED)
                            .isGreaterThan(0.9));
            assertThat(figures.get(0).protocol()).contains("k = 3 of 60", "temperature 0.1");
            assertThat(figures.get(1).protocol()).contains("60 pictures", "picked from 12", "30 validation");
            assertThat(figures.get(2).protocol()).contains("batch 15", "90 epochs");
        }
    }

    @Test
    void featuresWithoutClassesGiveChance() {
        try (PointerScope scope = new PointerScope()) {
            List<FrozenSuite.Figure> figures =
                    FrozenSuite.of(blobs(60, 0, 1), null, blobs(900, 0, 3), CLASSES, NEIGHBOURS, SEED);
            assertThat(figures)
                    .allSatisfy(figure -> assertThat(figure.accuracy())
                            .as("%s, seed %d", figure.name(), SEED)
                            .isBetween(0.25, 0.42));
            assertThat(figures.get(1).protocol()).contains("without a sweep");
        }
    }

    @Test
    void theSweepPicksThePenaltyOnTheValidationPictures() {
        // 160 rows in 80 dimensions of which 4 tell a little: hardly separable, so that a weak penalty fits the noise.
        try (PointerScope scope = new PointerScope()) {
            List<String> two = CLASSES.subList(0, 2);
            FrozenSuite.Labelled test = faint(4000, 3);
            double swept = FrozenSuite.of(faint(160, 1), faint(1000, 2), test, two, NEIGHBOURS, SEED)
                    .get(1)
                    .accuracy();
            double weak = FrozenSuite.of(faint(160, 1), null, test, two, NEIGHBOURS, SEED)
                    .get(1)
                    .accuracy();
            String protocol = FrozenSuite.of(faint(160, 1), faint(160, 1), test, two, NEIGHBOURS, SEED)
                    .get(1)
                    .protocol();
            assertThat(swept).as("seed %d", SEED).isGreaterThan(weak + 0.02);
            assertThat(protocol).as("validation on what it has learnt").contains("l2 = 1e-06");
        }
    }

    private static FrozenSuite.Labelled faint(int n, int stream) {
        int width = 80;
        Random random = new Random(SEED + 10 + stream);
        float[] features = new float[n * width];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2;
            for (int j = 0; j < width; j++) {
                features[i * width + j] = (float) (random.nextGaussian() + (j < 4 ? 0.7 * labels[i] : 0));
            }
        }
        return new FrozenSuite.Labelled(Tensors.floats(features, n, width), labels);
    }

    @Test
    void nothingIsLeftBehind() {
        FrozenSuite.Labelled bank = blobs(60, 3, 1);
        FrozenSuite.Labelled test = blobs(90, 3, 3);
        FrozenSuite.of(bank, bank, test, CLASSES, NEIGHBOURS, SEED);
        System.gc();
        long before = Pointer.totalCount();
        FrozenSuite.of(bank, bank, test, CLASSES, NEIGHBOURS, SEED);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    private static FrozenSuite.Labelled blobs(int n, double distance, int stream) {
        Random random = new Random(SEED + stream);
        float[] features = new float[n * WIDTH];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % CLASSES.size();
            for (int j = 0; j < WIDTH; j++) {
                features[i * WIDTH + j] =
                        (float) (random.nextGaussian() + (j % CLASSES.size() == labels[i] ? distance : 0));
            }
        }
        return new FrozenSuite.Labelled(Tensors.floats(features, n, WIDTH), labels);
    }
}
