package io.halflight.bench;

import io.halflight.augment.SimClrView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.method.Supervised;
import io.halflight.nn.ChannelsLast;
import io.halflight.optim.Scaling;
import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import io.halflight.train.Compute;
import io.halflight.train.OptimizerSettings;
import io.halflight.train.RunListener;
import io.halflight.train.Trainer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A training step of ResNet-18 at 32 x 32 beside a loop of the same operations without anything around them. */
final class Steps {
    private static final int SIZE = 32;
    private static final int CLASSES = 10;
    private static final double RATE = 0.01;
    private static final double MOMENTUM = 0.9;

    /** Of the convolutions and the last layer for one picture: forward 1.11, as much again for the gradients of inputs (but the first) and of weights. */
    private static final double GIGAFLOP = 3.329;

    private Steps() {}

    /**
     * Measures.
     *
     * @param batch pictures in a step; 256 for the record
     * @param rounds in which both ways take turns, a step each
     * @param reach the bare loop's time over ours
     */
    static List<Row> rows(int batch, int rounds, double reach) {
        ImageClassifier network =
                ClassifierSpec.create(new ClassifierSpec(BackboneSpec.of("resnet18", SIZE), 0, 0, CLASSES));
        Device device = Devices.parse("auto");
        if (device.is_cuda()) {
            network.to(device, false);
        }
        ChannelsLast.convert(network);
        RawResNet raw = new RawResNet(network);
        Tensor x = ChannelsLast.of(torch.rand(batch, 3, SIZE, SIZE).to(device, ScalarType.Float));
        Tensor labels =
                torch.arange(new Scalar(batch)).remainder(new Scalar(CLASSES)).to(device, ScalarType.Long);

        Dataset data = Datasets.open("shapes:" + 4 * batch + ",10", new Datasets.Options(SIZE));
        LabelSplit split = LabelSplit.draw(data, new LabelSplit.Request(new LabelRequest.Fraction(1), 0, 0.2), 1);
        var compute = new Compute(device, Precision.FP32, Math.max(1, torch.get_num_threads() / 2));
        Trainer trainer = new Trainer(data, split, compute, 1, new AtomicBoolean(), RunListener.SILENT);
        Supervised method = new Supervised(network, new SimClrView(SimClrView.Config.cifar(SIZE)), 0);
        var optimizer = new OptimizerSettings(OptimizerSettings.Name.SGD, RATE, Scaling.NONE, MOMENTUM, false, 0, 0);
        var plan = new Trainer.Plan("bench", 1, Trainer.Lead.LABELLED, batch, batch, 0, new int[0], null, optimizer, 1);
        Alternate times = Alternate.measure(
                rounds,
                () -> trainer.measure(plan, method, 1).secondsPerStep(),
                () -> Alternate.seconds(() -> raw.step(x, labels, RATE, MOMENTUM)));
        return List.of(new Row(
                "training step, ResNet-18, batch " + batch,
                milliseconds(times.first())
                        + String.format(Locale.ROOT, ", %,.0f GFLOP/s", batch * GIGAFLOP / times.first()),
                "bare loop " + milliseconds(times.second()),
                times.ratio(),
                reach));
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%,.0f ms", 1000 * seconds);
    }
}
