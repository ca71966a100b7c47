package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.SimClrView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.method.Supervised;
import io.halflight.optim.Scaling;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed on more threads. */
class RepeatedRunTest {
    private static final int SIZE = 16;
    private static final int SEED = 9;

    /** Of all weights together; measured: 1.2e-7. Sums in another order differ in their last bit, and training lets that grow. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    private final Dataset data = Datasets.open("shapes:64,10", new Datasets.Options(SIZE));
    private final LabelSplit split =
            LabelSplit.draw(data, new LabelSplit.Request(new LabelRequest.PerClass(4), 0, 0.2), 3);

    /** All weights after 24 steps. */
    private float[] train(int loaderThreads, int engineThreads) throws IOException {
        NativeTorch.load();
        int before = torch.get_num_threads();
        NativeTorch.threads(engineThreads);
        try {
            torch.manual_seed(SEED);
            ImageClassifier network = ClassifierSpec.create(new ClassifierSpec(
                    new BackboneSpec("resnet10", 0.25, 0, "auto", "simclr", SIZE, 3),
                    0,
                    0,
                    data.classes().size()));
            var method = new Supervised(network, new SimClrView(SimClrView.Config.cifar(SIZE)), 0.1);
            var optimizer = new OptimizerSettings(OptimizerSettings.Name.SGD, 0.05, Scaling.NONE, 0.9, true, 1e-4, 0);
            var plan = new Trainer.Plan(
                    "stage", 6, Trainer.Lead.LABELLED, 10, 0, 0, split.unlabelledStream(), null, optimizer, 1);
            var compute = new Compute(Devices.parse("cpu"), Precision.FP32, loaderThreads);
            var meter = new StageMeter("stage", 1, 1, 6, 1, 0, RunListener.SILENT);
            var trainer = new Trainer(data, split, compute, SEED, new AtomicBoolean(), RunListener.SILENT);
            Path stage = Files.createTempDirectory(folder, "stage");
            assertThat(trainer.fit(plan, method, stage, meter, epoch -> Map.of())
                            .finished())
                    .isTrue();
            List<float[]> values = new ArrayList<>();
            try (PointerScope scope = new PointerScope()) {
                network.state().values().forEach(tensor -> values.add(Tensors.toFloats(tensor)));
            }
            float[] all = new float[values.stream().mapToInt(v -> v.length).sum()];
            int at = 0;
            for (float[] v : values) {
                System.arraycopy(v, 0, all, at, v.length);
                at += v.length;
            }
            return all;
        } finally {
            NativeTorch.threads(before);
        }
    }

    @Test
    void theThreadsOfTheLoaderChangeNothing() throws IOException {
        float[] one = train(1, 1);
        assertThat(train(3, 1)).as("seed %d", SEED).isEqualTo(one);
    }

    @Test
    void theThreadsOfTheEngineChangeTheWeightsByRoundingAlone() throws IOException {
        float[] one = train(1, 1);
        float[] two = train(1, 2);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < one.length; i++) {
            difference += Math.pow((double) one[i] - two[i], 2);
            size += Math.pow(one[i], 2);
        }
        double relative = Math.sqrt(difference / size);
        assertThat(relative).as("seed %d", SEED).isLessThan(TOLERANCE);
    }
}
