package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.CentreView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.method.Loss;
import io.halflight.method.Method;
import io.halflight.method.Step;
import io.halflight.method.Trainable;
import io.halflight.optim.Parameter;
import io.halflight.optim.Scaling;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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

        @Override
        public ViewPolicy views() {
            CentreView view = new CentreView(SIZE, 3);
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
            return new Loss(weight.square().sum());
        }

        @Override
        public Trainable trainable() {
            return new Trainable(List.of(new Parameter("w", weight, Parameter.Kind.WEIGHT)), Map.of("w", weight));
        }

        @Override
        public void train(boolean training) {}
    }

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
        Trainer trainer = new Trainer(data, split, compute, 5, new AtomicBoolean(), RunListener.SILENT);
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

    private static List<Integer> flat(List<int[]> batches) {
        return batches.stream().flatMap(batch -> IntStream.of(batch).boxed()).toList();
    }

    private static List<Integer> boxed(int[] values) {
        return IntStream.of(values).boxed().toList();
    }
}
