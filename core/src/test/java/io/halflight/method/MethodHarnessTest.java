package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.InceptionView;
import io.halflight.augment.PadCropFlip;
import io.halflight.augment.Padding;
import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.Picture;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.nn.HeadForm;
import io.halflight.nn.Init;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.Recompute;
import io.halflight.nn.StateDict;
import io.halflight.optim.MovingAverage;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Sgd;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every method. A new method needs one more line in {@link #methods}. */
class MethodHarnessTest {
    private static final long SEED = 11;
    private static final int SIZE = 16;
    private static final int BATCH = Integer.getInteger("halflight.batch", 32);
    private static final BackboneSpec SMALL = new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIZE, 3);
    private static final Dataset SHAPES = Datasets.open("shapes:200,10", new Datasets.Options(SIZE));
    private static final ClassifierSpec CLASSIFIER =
            new ClassifierSpec(SMALL, 0, 0, SHAPES.classes().size());

    /** A view in which the shapes are whole. */
    private static final InceptionView.Config WHOLE = new InceptionView.Config(SIZE, 3, 0.6, 0.5, false);

    static Stream<Named<Supplier<Method>>> methods() {
        NativeTorch.load();
        return Stream.of(
                Named.of("simclr", () -> simClr(SimClr.Config::new)),
                Named.of("simclr, separate passes", () -> simClr((t, v) -> config(t, v, false, 1, 0))),
                Named.of("simclr, two groups", () -> simClr((t, v) -> config(t, v, true, 2, 0))),
                Named.of("simclr, chunks", () -> simClr((t, v) -> config(t, v, true, 1, 12))),
                Named.of("simclr with a memory", MethodHarnessTest::simClrMemory),
                Named.of("moco", () -> moCo(false, 1)),
                Named.of("moco, symmetric, two groups", () -> moCo(true, 2)),
                Named.of("byol", MethodHarnessTest::byol),
                Named.of("rotation", MethodHarnessTest::rotation),
                Named.of("exemplar", MethodHarnessTest::exemplar),
                Named.of("supervised", () -> new Supervised(classifier(), cropped(), 0)),
                Named.of("distill", () -> distill(0, List.of())),
                Named.of("distill with labels", () -> distill(0.5, List.of())),
                Named.of("distill, aligned", () -> distill(0, mostlyTheFirst())),
                Named.of("fixmatch", () -> fixMatch(false, PseudoTargets.Config.PLAIN)),
                Named.of("fixmatch, averaged", () -> fixMatch(true, PseudoTargets.Config.PLAIN)),
                Named.of(
                        "fixmatch, aligned, thresholds by class",
                        () -> fixMatch(true, new PseudoTargets.Config(mostlyTheFirst(), true))),
                Named.of("uda", () -> uda(0, SignalAnnealing.NONE)),
                Named.of("uda, annealed, entropy", () -> uda(0.1, SignalAnnealing.LOG)),
                Named.of("mean-teacher", MethodHarnessTest::meanTeacher),
                Named.of("vat", () -> vat(0, 0.0, true)),
                Named.of("vat, finite step, entropy, unlabelled alone", () -> vat(0.5, 0.1, false)),
                Named.of("s4l-rotation", () -> s4lRotation(false)),
                Named.of("s4l-rotation, averaged", () -> s4lRotation(true)),
                Named.of("s4l-exemplar", MethodHarnessTest::s4lExemplar),
                Named.of("moam", MethodHarnessTest::moam),
                Named.of(
                        "noisy student", () -> noisyStudent(true, NoisyStudent.Targets.SOFT, NoisyStudent.Scale.PAPER)),
                Named.of(
                        "noisy student, hard, as the code",
                        () -> noisyStudent(false, NoisyStudent.Targets.HARD, NoisyStudent.Scale.CODE)),
                Named.of("pseudo-label", () -> new PseudoLabel(network(true), said(), cropped(), 0)));
    }

    private static Method simClr(BiFunction<Double, SimClrView.Config, SimClr.Config> config) {
        Tower tower = tower(HeadForm.SIMCLR);
        return new SimClr(tower.f(), tower.g(), config.apply(0.5, SimClrView.Config.cifar(SIZE)));
    }

    private static SimClr.Config config(double t, SimClrView.Config views, boolean joint, int groups, int chunk) {
        return new SimClr.Config(t, views, joint, groups, chunk, false);
    }

    private static Method simClrMemory() {
        var config = new SimClrMemory.Config(0.5, SimClrView.Config.cifar(SIZE), 100, 0.9);
        return new SimClrMemory(tower(HeadForm.SIMCLR), tower(HeadForm.SIMCLR), config);
    }

    private static Method moCo(boolean symmetric, int groups) {
        var config = new MoCo.Config(0.2, SimClrView.Config.cifar(SIZE), 100, 0.99, symmetric, groups);
        return new MoCo(tower(HeadForm.MOCO), tower(HeadForm.MOCO), config);
    }

    private static Method byol() {
        var config = new Byol.Config(SimClrView.Config.byolFirst(SIZE), SimClrView.Config.byolSecond(SIZE), 0.9, true);
        ProjectionHead q = new ProjectionHead(32, 64, 32, 2, HeadForm.BYOL);
        return new Byol(tower(HeadForm.BYOL), q, tower(HeadForm.BYOL), config);
    }

    private static Method rotation() {
        Backbone f = Backbones.create(SMALL);
        return new Rotation(f, Init.dense(f.features(), 4, true), new InceptionView.Config(SIZE, 3, false));
    }

    private static Method exemplar() {
        Backbone f = Backbones.create(SMALL);
        return new Exemplar(f, Init.dense(f.features(), 50, true), 3, new InceptionView.Config(SIZE, 3, true));
    }

    private static Tower tower(HeadForm form) {
        Backbone f = Backbones.create(SMALL);
        return new Tower(f, new ProjectionHead(f.features(), f.features(), 32, 2, form));
    }

    /** A prior that leaves the student something to learn: evened out to equal shares, this teacher knows nothing. */
    private static List<Double> mostlyTheFirst() {
        int k = CLASSIFIER.classes();
        List<Double> prior = new ArrayList<>(Collections.nCopies(k, 0.3 / (k - 1)));
        prior.set(0, 0.7);
        return prior;
    }

    private static Method distill(double labelWeight, List<Double> prior) {
        ImageClassifier teacher = classifier();
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            teacher.state().get("fc.weight").normal_(0, 5, null); // a teacher with opinions
        }
        return new Distill(teacher, classifier(), cropped(), new Distill.Config(1, labelWeight, false, 1, prior));
    }

    private static Method fixMatch(boolean averaged, PseudoTargets.Config targets) {
        AveragedClassifier network = network(averaged);
        return new FixMatch(network, mild(), cropped(), targets(network, targets), new FixMatch.Config(0.2, 1, 0));
    }

    private static Method uda(double entropyWeight, SignalAnnealing annealing) {
        AveragedClassifier network = network(entropyWeight > 0);
        var config = new Uda.Config(0.4, 0.2, 1, entropyWeight, annealing);
        return new Uda(network, mild(), cropped(), targets(network, PseudoTargets.Config.PLAIN), config);
    }

    private static Method meanTeacher() {
        return new MeanTeacher(network(true), mild(), new MeanTeacher.Config(50, 0.4));
    }

    private static Method vat(double xi, double entropyWeight, boolean labelled) {
        var adversary = new VirtualAdversary.Config(1, xi, VirtualAdversary.Direction.S4L);
        return new Vat(
                network(!labelled), new InceptionView(WHOLE), new Vat.Config(0.5, entropyWeight, labelled, adversary));
    }

    private static Method s4lRotation(boolean averaged) {
        AveragedClassifier network = network(averaged);
        return new S4lRotation(network, head(network, 4), WHOLE, 1);
    }

    private static Method s4lExemplar() {
        AveragedClassifier network = network(false);
        return new S4lExemplar(network, head(network, 50), 3, WHOLE, 1);
    }

    private static Method moam() {
        AveragedClassifier network =
                AveragedClassifier.halving(classifier(), classifier(), 0.1, MovingAverage.Statistics.AVERAGED);
        var adversary = new VirtualAdversary.Config(1, 0, VirtualAdversary.Direction.S4L);
        return new Moam(network, head(network, 4), WHOLE, new Moam.Config(0.3, 0.3, 0.3, adversary));
    }

    private static LinearImpl head(AveragedClassifier network, int out) {
        return Init.dense(network.online().backbone().features(), out, true);
    }

    private static Method noisyStudent(boolean averaged, NoisyStudent.Targets targets, NoisyStudent.Scale scale) {
        return new NoisyStudent(network(averaged), said(), cropped(), new NoisyStudent.Config(targets, 1, 0.1, scale));
    }

    /** What a teacher with opinions says of the batch's pictures. */
    private static StoredLabels said() {
        int k = CLASSIFIER.classes();
        float[] q = new float[BATCH * k];
        for (int i = 0; i < BATCH; i++) {
            for (int c = 0; c < k; c++) {
                q[i * k + c] = c == SHAPES.label(i) ? 0.91f : 0.09f / (k - 1);
            }
        }
        return new StoredLabels(IntStream.range(0, BATCH).toArray(), Tensors.floats(q, BATCH, k));
    }

    private static PseudoTargets targets(AveragedClassifier network, PseudoTargets.Config config) {
        return new PseudoTargets(
                config, CLASSIFIER.classes(), network.online().parameters().get(0));
    }

    private static AveragedClassifier network(boolean averaged) {
        return averaged
                ? new AveragedClassifier(classifier(), classifier(), 0.9, true, MovingAverage.Statistics.AVERAGED)
                : new AveragedClassifier(classifier());
    }

    private static Transform mild() {
        return new PadCropFlip(SIZE, 3, 2, Padding.REFLECT, 0.5);
    }

    private static ImageClassifier classifier() {
        return ClassifierSpec.create(CLASSIFIER);
    }

    private static Transform cropped() {
        return new SimClrView(SimClrView.Config.cifar(SIZE));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theLossFallsOnOneBatch(Supplier<Method> make) {
        double[] losses = new Training(fresh(make)).steps(40, 0.1);
        assertThat(mean(losses, 35, 40)).as("seed %d", SEED).isLessThan(0.95 * mean(losses, 0, 5));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainingLeaksNothing(Supplier<Method> make) {
        Training training = new Training(fresh(make));
        training.steps(3, 0.01);
        System.gc(); // handles of the construction go, so that they cannot hide those of a leak
        training.steps(1, 0.01);
        long before = Pointer.totalCount();
        training.steps(30, 0.01);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void onlyTheTrainablePartMoves(Supplier<Method> make) {
        Method method = fresh(make);
        Map<String, float[]> before = values(method);
        new Training(method).steps(10, 0.2); // a zero classifier, then zero gammas, hold the gradients back at first
        Map<String, float[]> after = values(method);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        method.trainable()
                .parameters()
                .forEach(p -> assertThat(after.get(stateName(method, p.name())))
                        .as(p.name())
                        .isNotEqualTo(before.get(stateName(method, p.name()))));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void partsOfTheLossCarryNoGradient(Supplier<Method> make) {
        Method method = fresh(make);
        method.train(true);
        try (PointerScope scope = new PointerScope()) {
            Loss loss = method.loss(batch(method), new Step(0, 10, 0, true));
            assertThat(loss.total().requires_grad()).isTrue();
            assertThat(loss.parts()).isNotEmpty();
            loss.parts().forEach((name, part) -> {
                assertThat(part.requires_grad()).as(name).isFalse();
                assertThat(Tensors.item(part)).as(name).isFinite();
            });
            assertThat(method.loss(batch(method), new Step(1, 10, 0, false)).parts())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theStateHoldsEverythingThatDecidesTheNextStep(Supplier<Method> make) {
        Method one = fresh(make);
        Training first = new Training(one);
        first.steps(3, 0.05);
        Method other = fresh(make); // as the first began: a teacher is no state of the student's stage
        Training second = new Training(other);
        try (PointerScope scope = new PointerScope()) {
            StateDict.load(other.trainable().state(), one.trainable().state());
            StateDict.load(second.optimizer.state(), first.optimizer.state());
        }
        torch.manual_seed(SEED);
        double[] goesOn = first.steps(3, 0.05);
        torch.manual_seed(SEED);
        assertThat(second.steps(3, 0.05)).as("seed %d", SEED).isEqualTo(goesOn);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void featureMapsThatAreComputedAgainChangeNothing(Supplier<Method> make) {
        Method kept = fresh(make);
        Training expected = new Training(kept);
        double[] first = expected.steps(2, 0.05);
        double[] second = expected.steps(1, 0.05);
        for (Recompute.Extent extent : List.of(Recompute.Extent.FIRST, Recompute.Extent.ALL)) {
            Method method = fresh(make);
            Training training = new Training(method);
            try (Recompute again = Recompute.open(extent)) {
                assertThat(training.steps(2, 0.05))
                        .as("%s, seed %d", extent, SEED)
                        .isEqualTo(first);
                System.gc();
                long handles = Pointer.totalCount();
                assertThat(training.steps(1, 0.05))
                        .as("%s, seed %d", extent, SEED)
                        .isEqualTo(second);
                assertThat(Pointer.totalCount()).as("handles, %s", extent).isLessThanOrEqualTo(handles);
            }
            Map<String, float[]> values = values(method);
            values(kept)
                    .forEach((name, value) -> assertThat(values.get(name))
                            .as("%s, %s", name, extent)
                            .isEqualTo(value));
        }
    }

    static Stream<Named<Supplier<Method>>> methodsWithAnExpectedStart() {
        return methods().filter(make -> !Double.isNaN(make.getPayload().get().expectedStart(BATCH)));
    }

    @ParameterizedTest
    @MethodSource("methodsWithAnExpectedStart")
    void theFirstLossIsNotAboveThatOfANetworkThatKnowsNothing(Supplier<Method> make) {
        Method method = fresh(make);
        double expected = method.expectedStart(BATCH);
        double first = new Training(method).steps(1, 0.01)[0];
        assertThat(first).as("seed %d", SEED).isLessThan(1.15 * expected);
    }

    static Method fresh(Supplier<Method> make) {
        torch.manual_seed(SEED);
        return make.get();
    }

    /** A method and an optimiser that keeps its momentum from call to call. */
    static final class Training {
        private final Method method;
        private final Optimizer optimizer;
        private final List<float[]> labelled;
        private final List<float[]> unlabelled;

        Training(Method method) {
            this.method = method;
            this.labelled = pixels(method.views().labelled());
            this.unlabelled = pixels(method.views().unlabelled());
            this.optimizer = new Sgd(method.trainable().parameters(), new Sgd.Config(0.9, true, 0));
        }

        double[] steps(int count, double rate) {
            method.train(true);
            double[] losses = new double[count];
            for (int i = 0; i < count; i++) {
                try (PointerScope scope = new PointerScope()) {
                    Loss loss = method.loss(batch(labelled, unlabelled), new Step(i, count, 0, false));
                    optimizer.zeroGrad();
                    loss.backward().run();
                    losses[i] = Tensors.item(loss.total());
                    optimizer.step(rate);
                    try (NoGradGuard guard = new NoGradGuard()) {
                        method.afterUpdate(new Step(i, count, 0, false));
                    }
                }
            }
            return losses;
        }
    }

    /** The same pictures and views at every call. */
    private static Batch batch(List<float[]> labelled, List<float[]> unlabelled) {
        return new Batch(stream(labelled), stream(unlabelled));
    }

    private static Batch batch(Method method) {
        return batch(pixels(method.views().labelled()), pixels(method.views().unlabelled()));
    }

    private static List<float[]> pixels(List<Transform> transforms) {
        List<float[]> views = new ArrayList<>();
        for (int v = 0; v < transforms.size(); v++) {
            float[] out = new float[BATCH * 3 * SIZE * SIZE];
            for (int i = 0; i < BATCH; i++) {
                Picture picture = SHAPES.picture(i);
                transforms.get(v).apply(picture, Seeds.random(SEED, "harness", 0, i, v), out, i * 3 * SIZE * SIZE);
            }
            views.add(out);
        }
        return views;
    }

    private static Batch.@Nullable Stream stream(List<float[]> pixels) {
        if (pixels.isEmpty()) {
            return null;
        }
        List<Tensor> views = pixels.stream()
                .map(out -> Tensors.floats(out, BATCH, 3, SIZE, SIZE))
                .toList();
        int[] indices = IntStream.range(0, BATCH).toArray();
        long[] labels = IntStream.of(indices).mapToLong(SHAPES::label).toArray();
        return new Batch.Stream(views, Tensors.longs(labels, BATCH), indices);
    }

    private static Map<String, float[]> values(Method method) {
        Map<String, float[]> values = new LinkedHashMap<>();
        method.trainable().state().forEach((name, tensor) -> values.put(name, Tensors.toFloats(tensor)));
        return values;
    }

    /** Parameters of a classifier bear their module's names, its state the public ones. */
    private static String stateName(Method method, String parameter) {
        return method.trainable().state().containsKey(parameter)
                ? parameter
                : parameter.replaceFirst("^backbone\\.", "");
    }

    private static double mean(double[] values, int from, int to) {
        return java.util.Arrays.stream(values, from, to).average().orElseThrow();
    }
}
