package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.augment.CentreView;
import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.data.Transform;
import io.halflight.method.Loss;
import io.halflight.method.Method;
import io.halflight.method.Step;
import io.halflight.method.Trainable;
import io.halflight.nn.Chain;
import io.halflight.optim.Parameter;
import io.halflight.optim.Scaling;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Safetensors;
import io.halflight.torch.SafetensorsFile;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final int SIZE = 8;

    static {
        NativeTorch.load();
    }

    @TempDir
    Path folder;

    private final Dataset data = Datasets.open("shapes:40,10", new Datasets.Options(SIZE));
    private final LabelSplit split =
            LabelSplit.draw(data, new LabelSplit.Request(new LabelRequest.PerClass(1), 0, 0.2), 3);

    /** One weight, and a memory of what it was shown. */
    private final class Recorder implements Method {
        private final Tensor weight = Tensors.floats(new float[] {1}).set_requires_grad(true);
        final List<int[]> labelled = new ArrayList<>();
        final List<int[]> unlabelled = new ArrayList<>();
        final List<Step> steps = new ArrayList<>();
        final List<float[]> shown = new ArrayList<>();

        @Override
        public ViewPolicy views() {
            return new ViewPolicy(List.of(view), List.of(view));
        }

        @Override
        public Loss loss(Batch batch, Step step) {
            long[] labels = Tensors.toLongs(batch.labelled().labels());
            assertThat(labels)
                    .containsExactly(IntStream.of(batch.labelled().indices())
                            .mapToLong(expected::applyAsInt)
                            .toArray());
            assertThat(Tensors.toLongs(batch.unlabelled().labels())).containsOnly(Dataset.UNLABELLED);
            labelled.add(batch.labelled().indices().clone());
            unlabelled.add(batch.unlabelled().indices().clone());
            steps.add(step);
            shown.add(Tensors.toFloats(batch.labelled().view(0)));
            shown.add(Tensors.toFloats(batch.unlabelled().view(0)));
            return new Loss(weight.square().sum());
        }

        @Override
        public Trainable trainable() {
            return new Trainable(List.of(new Parameter("w", weight, Parameter.Kind.WEIGHT)), Map.of("w", weight));
        }

        @Override
        public void train(boolean training) {}
    }

    /** What the method asks for, and where it is made. */
    private Transform view = new CentreView(SIZE, 3);

    private boolean viewsOnDevice;

    /** The labels that the method has to meet. */
    private IntUnaryOperator expected = split::label;

    private Recorder train(Trainer.Lead leads, int epochs, int labelledBatch, int unlabelledBatch, int pictures) {
        return train(leads, epochs, labelledBatch, unlabelledBatch, pictures, split.unlabelledStream());
    }

    private Recorder train(
            Trainer.Lead leads, int epochs, int labelledBatch, int unlabelledBatch, int pictures, int[] unlabelled) {
        return train(leads, epochs, labelledBatch, unlabelledBatch, pictures, unlabelled, null);
    }

    private Recorder train(
            Trainer.Lead leads,
            int epochs,
            int labelledBatch,
            int unlabelledBatch,
            int pictures,
            int[] unlabelled,
            @Nullable GivenLabels given) {
        Recorder method = new Recorder();
        var optimizer = new OptimizerSettings(OptimizerSettings.Name.SGD, 0.01, Scaling.NONE, 0.9, false, 0, 0);
        var plan = new Trainer.Plan(
                "stage", epochs, leads, labelledBatch, unlabelledBatch, pictures, unlabelled, given, optimizer, 1);
        var compute = new Compute(Devices.parse("cpu"), Precision.FP32, 1);
        var meter = new StageMeter("stage", 1, 1, epochs, 1, 0, RunListener.SILENT);
        Trainer trainer = new Trainer(data, split, compute, 5, new AtomicBoolean(), RunListener.SILENT, viewsOnDevice);
        assertThat(trainer.fit(plan, method, folder, meter, epoch -> Map.of()).finished())
                .isTrue();
        return method;
    }

    @Test
    void whereTheLabelledStreamLeadsAnEpochIsAPassOverIt() {
        int labelled = split.labelled().length;
        int all = split.unlabelledStream().length;
        assertThat(labelled).isEqualTo(data.classes().size()).isGreaterThan(4);
        Recorder method = train(Trainer.Lead.LABELLED, 3, 2, 6, 0);
        int perEpoch = labelled / 2;
        assertThat(method.steps).hasSize(3 * perEpoch);
        assertThat(method.steps)
                .extracting(Step::epoch)
                .containsExactlyElementsOf(IntStream.range(0, 3 * perEpoch)
                        .mapToObj(i -> i / perEpoch)
                        .toList());
        assertThat(method.steps).allSatisfy(s -> assertThat(s.total()).isEqualTo(3L * perEpoch));
        assertThat(flat(method.labelled.subList(0, perEpoch))).doesNotHaveDuplicates();
        assertThat(method.unlabelled).allSatisfy(batch -> assertThat(batch).hasSize(6));
        assertThat(all).isGreaterThan(18);
    }

    @Test
    void anEpochMayCountMoreLabelledPicturesThanThereAre() {
        Recorder method = train(Trainer.Lead.LABELLED, 2, 4, 8, 40);
        assertThat(method.steps).hasSize(20);
        assertThat(method.steps.get(9).epoch()).isZero();
        assertThat(method.steps.get(10).epoch()).isOne();
    }

    @Test
    void theUnlabelledStreamBeginsAnewAsOftenAsItHasTo() {
        int all = split.unlabelledStream().length;
        int perPass = all / 16;
        Recorder method = train(Trainer.Lead.LABELLED, 1, 2, 16, 2 * (3 * perPass + 1));
        assertThat(method.steps).hasSize(3 * perPass + 1);
        assertThat(flat(method.unlabelled.subList(0, perPass))).doesNotHaveDuplicates();
        assertThat(flat(method.unlabelled.subList(perPass, 2 * perPass))).doesNotHaveDuplicates();
        assertThat(flat(method.unlabelled.subList(0, perPass)))
                .isNotEqualTo(flat(method.unlabelled.subList(perPass, 2 * perPass)));
    }

    @Test
    void whereTheUnlabelledStreamLeadsTheLabelledOneBeginsAnew() {
        int all = split.unlabelledStream().length;
        Recorder method = train(Trainer.Lead.UNLABELLED, 2, 2, 4, 0);
        assertThat(method.steps).hasSize(2 * (all / 4));
        Map<Integer, Integer> shown = new HashMap<>();
        flat(method.labelled).forEach(i -> shown.merge(i, 1, Integer::sum));
        assertThat(shown.values()).allSatisfy(times -> assertThat(times).isGreaterThan(1));
    }

    @Test
    void theUnlabelledStreamHoldsWhatThePlanNames() {
        Recorder method = train(Trainer.Lead.LABELLED, 4, 2, 8, 8, split.unlabelled());
        assertThat(flat(method.unlabelled)).doesNotContainAnyElementsOf(boxed(split.labelled()));
        assertThat(flat(method.unlabelled)).isNotEmpty();
    }

    @Test
    void labelsThatAreGivenReplaceThoseOfTheSplit() {
        int[] pictures = split.unlabelledStream();
        int[] labels = IntStream.of(pictures).map(i -> (7 * i + 3) % 10).toArray();
        expected = i -> (7 * i + 3) % 10;
        Recorder method = train(Trainer.Lead.LABELLED, 1, 2, 4, 0, pictures, new GivenLabels(pictures, labels));
        assertThat(method.steps).hasSize(pictures.length / 2);
        assertThat(flat(method.labelled)).containsExactlyInAnyOrderElementsOf(boxed(pictures));
    }

    /** A loss of one's own. */
    private final class Custom implements Method {
        private final Recorder inner = new Recorder();
        private final BiFunction<Tensor, Step, Tensor> loss;
        private final List<Integer> sizes = new ArrayList<>();

        Custom(BiFunction<Tensor, Step, Tensor> loss) {
            this.loss = loss;
        }

        @Override
        public ViewPolicy views() {
            return inner.views();
        }

        @Override
        public Loss loss(Batch batch, Step step) {
            inner.loss(batch, step);
            sizes.add(batch.labelled().indices().length);
            return new Loss(loss.apply(inner.weight, step));
        }

        @Override
        public Trainable trainable() {
            return inner.trainable();
        }

        @Override
        public void train(boolean training) {}
    }

    private void fit(Method method, int labelledBatch) {
        var optimizer = new OptimizerSettings(OptimizerSettings.Name.SGD, 0.3, Scaling.NONE, 0.9, false, 0, 0);
        int[] unlabelled = split.unlabelledStream();
        var plan = new Trainer.Plan(
                "stage", 2, Trainer.Lead.LABELLED, labelledBatch, 6, 0, unlabelled, null, optimizer, 1);
        var compute = new Compute(Devices.parse("cpu"), Precision.FP32, 1);
        var meter = new StageMeter("stage", 1, 1, 2, 1, 0, RunListener.SILENT);
        System.setProperty(SavePoints.PROPERTY, "0");
        try {
            new Trainer(data, split, compute, 5, new AtomicBoolean(), RunListener.SILENT)
                    .fit(plan, method, folder, meter, epoch -> Map.of());
        } finally {
            System.clearProperty(SavePoints.PROPERTY);
        }
    }

    @Test
    void aLossThatIsNoNumberStopsTheStageAndKeepsTheLastGoodStateAndTheBatch() {
        Custom method = new Custom((w, step) ->
                step.index() == 7 ? w.sub(w).div(w.sub(w)).sum() : w.square().sum());
        assertThatThrownBy(() -> fit(method, 1))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(
                        "stage stage is not a number at step 7",
                        "learning_rate=0.1",
                        "failed-step-000000007.safetensors");
        try (SafetensorsFile file = Safetensors.open(folder.resolve("failed-step-000000007.safetensors"));
                SafetensorsFile good = Safetensors.open(folder.resolve("checkpoint-000000007.safetensors"))) {
            assertThat(Tensors.toFloats(file.tensor("model/w"))).isEqualTo(Tensors.toFloats(good.tensor("model/w")));
            assertThat(file.metadata()).containsEntry("step", "7");
            int[] shown = method.inner.labelled.get(7);
            assertThat(Tensors.toLongs(file.tensor("labelled/indices"))).containsExactly(shown[0]);
            assertThat(Tensors.toLongs(file.tensor("labelled/labels"))).containsExactly(split.label(shown[0]));
            assertThat(file.shape("labelled/view-0")).containsExactly(1, 3, SIZE, SIZE);
            assertThat(file.shape("unlabelled/view-0")).containsExactly(6, 3, SIZE, SIZE);
        }
        fit(new Custom((w, step) -> w.square().sum()), 1); // from the checkpoint on
        assertThat(folder.resolve("last.safetensors")).exists();
    }

    @Test
    void weightsThatAreNoNumbersAreNotSaved() {
        // The root of 0 is 0, and its gradient infinite.
        Custom method = new Custom((w, step) -> step.index() == 3
                ? w.detach().mul(w.sub(w).sqrt()).sum()
                : w.square().sum());
        assertThatThrownBy(() -> fit(method, 1))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("not numbers after step 4");
        assertThat(folder.toFile().list())
                .contains("checkpoint-000000003.safetensors")
                .doesNotContain("checkpoint-000000004.safetensors", "last.safetensors");
    }

    @Test
    void whenMemoryRunsOutComputingAgainIsTriedFirst() {
        Custom method = new Custom((w, step) -> {
            Tensor squares = Chain.forward(w.detach(), 0, List.of(x -> w.square()));
            if (!squares.is_leaf()) { // the graph was kept
                throw new RuntimeException("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes");
            }
            return squares.sum();
        });
        assertThatThrownBy(() -> fit(method, 8))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(
                        "stage stage with a batch of 8; with --set recompute=all it has room", "--resume");
        assertThat(method.sizes).containsOnly(8);
    }

    @Test
    void whenMemoryRunsOutTheAdviceIsABatchThatWasTried() {
        Custom[] method = new Custom[1];
        method[0] = new Custom((w, step) -> {
            if (method[0].sizes.get(method[0].sizes.size() - 1) > 2) {
                throw new RuntimeException("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes");
            }
            return w.square().sum();
        });
        assertThatThrownBy(() -> fit(method[0], 8))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(
                        "stage stage with a batch of 8; one of 2 has room", "--set stages.stage.batch=2");
        assertThat(method[0].sizes).startsWith(8, 8, 4, 4, 2);

        Custom never = new Custom((w, step) -> {
            throw new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB");
        });
        assertThatThrownBy(() -> fit(never, 8))
                .hasMessageContaining("with a batch of 8; try --set stages.stage.batch=4");
    }

    /** The reserve of one batch may not shift the steps, nor change what either stream shows. */
    @Test
    void viewsMadeOnTheDeviceAreThoseOfTheLoader(@TempDir Path other) {
        view = new SimClrView(SimClrView.Config.cifar(SIZE));
        Recorder host = train(Trainer.Lead.LABELLED, 2, 2, 6, 0);
        viewsOnDevice = true;
        folder = other;
        Recorder device = train(Trainer.Lead.LABELLED, 2, 2, 6, 0);
        assertThat(device.steps).isEqualTo(host.steps);
        assertThat(flat(device.labelled)).isEqualTo(flat(host.labelled));
        assertThat(flat(device.unlabelled)).isEqualTo(flat(host.unlabelled));
        assertThat(FeedTest.mostLevels(device.shown, host.shown))
                .as("grey levels, seed 5; 0: then both were made by the loader")
                .isBetween(1e-9, 0.01);
    }

    private static List<Integer> flat(List<int[]> batches) {
        return batches.stream().flatMap(batch -> IntStream.of(batch).boxed()).toList();
    }

    private static List<Integer> boxed(int[] values) {
        return IntStream.of(values).boxed().toList();
    }
}
