package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.augment.CentreView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Picture;
import io.halflight.eval.Leaks;
import io.halflight.torch.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTest {
    @TempDir
    private Path folder;

    private ImageClassifier network;
    private Classifier classifier;

    @BeforeEach
    void load() {
        network = Models.network(1, 5);
        Path directory = folder.resolve("model");
        ModelBundle.write(directory, network, Models.spec(1), Models.CLASSES, Models.METRICS, Models.PROVENANCE);
        classifier = Classifier.load(directory);
    }

    @AfterEach
    void close() {
        classifier.close();
    }

    private static float[] view(Picture picture) {
        float[] view = new float[3 * Models.SIZE * Models.SIZE];
        new CentreView(Models.SIZE, 3).apply(picture, new SplittableRandom(0), view, 0);
        return view;
    }

    @Test
    void probabilitiesAreTheSoftmaxOfTheNetworksLogits() {
        Picture picture = Models.picture(1, 20, 30);
        float[] logits = Models.logits(network, view(picture));
        double sum = Math.exp(logits[0]) + Math.exp(logits[1]) + Math.exp(logits[2]);
        Prediction prediction = classifier.predict(picture);
        assertThat(prediction.scores()).hasSize(3);
        for (Prediction.Score score : prediction.scores()) {
            int k = Models.CLASSES.indexOf(score.label());
            assertThat(score.probability()).isCloseTo(Math.exp(logits[k]) / sum, within(1e-5));
        }
        assertThat(prediction.scores())
                .isSortedAccordingTo(Comparator.comparingDouble(Prediction.Score::probability)
                        .reversed());
        assertThat(prediction.label()).isEqualTo(prediction.scores().get(0).label());
        assertThat(prediction.confidence()).isEqualTo(prediction.scores().get(0).probability());
        assertThat(prediction.scores().stream()
                        .mapToDouble(Prediction.Score::probability)
                        .sum())
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void extremeLogitsStayProbabilities() {
        Prediction prediction = Prediction.of(new float[] {9, -2000, 2000, 2000, 0}, 1, List.of("a", "b", "c", "d"));
        assertThat(prediction)
                .isEqualTo(new Prediction(
                        "b",
                        0.5,
                        List.of(
                                new Prediction.Score("b", 0.5),
                                new Prediction.Score("c", 0.5),
                                new Prediction.Score("a", 0),
                                new Prediction.Score("d", 0))));
    }

    @Test
    void manyTogetherAreTheSameAsOneByOne() {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 70; i++) { // more than a batch of 64, of many sizes
            pictures.add(Models.picture(i, 16 + i % 5, 16 + i % 7));
        }
        List<Prediction> together = classifier.predict(pictures);
        assertThat(together).hasSize(70);
        assertThat(together.stream().map(Prediction::confidence).distinct().count())
                .isGreaterThan(60);
        for (int i : new int[] {0, 1, 63, 64, 69}) {
            Prediction alone = classifier.predict(pictures.get(i));
            assertThat(together.get(i).label()).isEqualTo(alone.label());
            assertThat(together.get(i).confidence()).isCloseTo(alone.confidence(), within(1e-5));
        }
        assertThat(classifier.predict(List.of())).isEmpty();
    }

    @Test
    void embeddingsAreTheBackbonesFeatures() {
        Picture picture = Models.picture(1, 20, 30);
        float[] features = classifier.embed(picture);
        assertThat(features).hasSize(64);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            var x = Tensors.floats(view(picture), 1, 3, Models.SIZE, Models.SIZE);
            assertThat(features)
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(Tensors.toFloats(network.backbone().forward(x)));
        }
    }

    @Test
    void aFileIsDecoded() throws IOException {
        BufferedImage image = new BufferedImage(20, 18, BufferedImage.TYPE_INT_RGB);
        byte[] pixels = new byte[3 * 18 * 20];
        for (int y = 0; y < 18; y++) {
            for (int x = 0; x < 20; x++) {
                int[] rgb = {10 * x, 7 * y, 5 * (x + y)};
                image.setRGB(x, y, rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
                for (int c = 0; c < 3; c++) {
                    pixels[(c * 18 + y) * 20 + x] = (byte) rgb[c];
                }
            }
        }
        Path file = folder.resolve("shore.png");
        ImageIO.write(image, "png", file.toFile());
        Picture same = new Picture(3, 18, 20, pixels);
        assertThat(classifier.predict(file).confidence())
                .isCloseTo(classifier.predict(same).confidence(), within(1e-6));
        assertThat(classifier.embed(file)).containsExactly(classifier.embed(same));
    }

    private List<Path> pictureFiles(int count) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Picture picture = Models.picture(i, 16 + i % 3, 17);
            BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < picture.height() * picture.width(); at++) {
                image.setRGB(at % picture.width(), at / picture.width(), 0x10101 * (picture.pixels()[at] & 255));
            }
            files.add(folder.resolve("picture-%d.png".formatted(i)));
            ImageIO.write(image, "png", files.get(i).toFile());
        }
        return files;
    }

    @Test
    void aStreamOfFilesGivesEachItsOwnAnswerInOrder() throws IOException {
        List<Path> files = pictureFiles(150); // more than two batches of 64
        List<Outcome<Prediction>> answers = new ArrayList<>();
        List<Outcome<float[]>> features = new ArrayList<>();
        classifier.predict(files.iterator(), answers::add);
        classifier.embed(files.iterator(), features::add);

        assertThat(answers).extracting(Outcome::file).isEqualTo(files);
        assertThat(features).extracting(Outcome::file).isEqualTo(files);
        for (int i : new int[] {0, 63, 64, 127, 128, 149}) {
            assertThat(answers.get(i).value().confidence())
                    .isCloseTo(classifier.predict(files.get(i)).confidence(), within(1e-5));
            assertThat(features.get(i).value())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(classifier.embed(files.get(i)));
        }
    }

    @Test
    void aFileThatCannotBeReadEndsNothing() throws IOException {
        List<Path> files = pictureFiles(70);
        Files.writeString(files.get(3), "not a picture");
        Files.delete(files.get(66));
        for (int i = 67; i < 70; i++) {
            Files.write(files.get(i), new byte[0]);
        }
        List<Outcome<Prediction>> answers = new ArrayList<>();
        classifier.predict(files.iterator(), answers::add);

        assertThat(answers).extracting(Outcome::file).isEqualTo(files);
        assertThat(answers.stream().filter(a -> a.value() == null).map(Outcome::file))
                .containsExactly(files.get(3), files.get(66), files.get(67), files.get(68), files.get(69));
        assertThat(answers.get(3).failure()).hasMessageContaining("picture-3.png");
        assertThat(answers.get(4).value().confidence())
                .isCloseTo(classifier.predict(files.get(4)).confidence(), within(1e-5));

        List<Outcome<float[]>> none = new ArrayList<>();
        classifier.embed(List.of(files.get(3)).iterator(), none::add);
        assertThat(none).extracting(Outcome::value).containsOnlyNulls();
    }

    @Test
    void filesThatAreNoPicturesAreNamed() throws IOException {
        assertThatThrownBy(() -> classifier.predict(folder.resolve("missing.png")))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("missing.png");
        Path text = folder.resolve("text.png");
        Files.writeString(text, "not a picture");
        assertThatThrownBy(() -> classifier.predict(text))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("text.png");
    }

    @Test
    void manyThreadsGetTheirOwnAnswers() throws Exception {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            pictures.add(Models.picture(100 + i, 24, 24));
        }
        List<Prediction> expected = pictures.stream().map(classifier::predict).toList();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Prediction>> calls = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                pictures.forEach(picture -> calls.add(() -> classifier.predict(picture)));
            }
            List<Future<Prediction>> found = pool.invokeAll(calls);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).get()).isEqualTo(expected.get(i % pictures.size()));
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void fiveHundredPredictionsLeaveNothingAllocated() {
        Picture picture = Models.picture(1, 20, 20);
        classifier.predict(picture);
        classifier.embed(picture);
        long before = Leaks.settledCount();
        for (int i = 0; i < 500; i++) {
            classifier.predict(picture);
        }
        classifier.embed(picture);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void closingFreesTheNetworkAtOnce() {
        long before = Leaks.settledCount();
        Classifier second = Classifier.load(folder.resolve("model"));
        second.predict(Models.picture(1, 16, 16));
        assertThat(Pointer.totalCount()).isGreaterThan(before + 20);
        second.close();
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        second.close();
        assertThatThrownBy(() -> second.predict(Models.picture(1, 16, 16)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        classifier.predict(Models.picture(1, 16, 16));
    }

    @Test
    void aClassifierOutlivesTheScopeItWasLoadedIn() {
        Classifier inner;
        try (PointerScope scope = new PointerScope()) {
            inner = Classifier.load(folder.resolve("model"));
        }
        Picture picture = Models.picture(3, 16, 16);
        assertThat(inner.predict(picture)).isEqualTo(classifier.predict(picture));
        inner.close();
        try (PointerScope scope = new PointerScope()) {
            assertThat(PointerScope.getInnerScope()).isSameAs(scope);
        }
        assertThat(PointerScope.getInnerScope()).isNull();
    }

    @Test
    void loadingAndClosingOnDifferentThreadsIsFine() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Classifier loaded =
                    other.submit(() -> Classifier.load(folder.resolve("model"))).get();
            Picture picture = Models.picture(3, 16, 16);
            assertThat(loaded.predict(picture)).isEqualTo(classifier.predict(picture));
            loaded.close();
            assertThat(other.submit(PointerScope::getInnerScope).get()).isNull();
        } finally {
            other.shutdown();
        }
    }

    @Test
    void anUnknownDeviceIsRefusedAndNothingIsLeft() {
        long before = Leaks.settledCount();
        assertThatThrownBy(() -> Classifier.load(folder.resolve("model"), "toaster"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("toaster");
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        assertThat(PointerScope.getInnerScope()).isNull();
    }
}
