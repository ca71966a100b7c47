package io.halflight.bench;

import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.eval.Inference;
import io.halflight.nn.ChannelsLast;
import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The pass that embeds or labels many pictures beside the plain forward pass in evaluation mode. */
final class Embeddings {
    private static final int SIZE = 32;
    private static final int CLASSES = 10;
    private static final int BATCH = 256;

    private Embeddings() {}

    /**
     * Measures, and compares the answers.
     *
     * @param width of the ResNet-18
     * @param reach our pictures a second over those of the plain pass
     */
    static List<Row> rows(int batches, int rounds, double width, double reach) {
        BackboneSpec spec = new BackboneSpec("resnet18", width, 0, "auto", "simclr", SIZE, 3);
        ImageClassifier network = ClassifierSpec.create(new ClassifierSpec(spec, 0, 0, CLASSES));
        settle(network);
        RawResNet raw = new RawResNet(network);
        Dataset data = Datasets.open("shapes:" + batches * BATCH + ",0", new Datasets.Options(SIZE));
        int[] pictures = IntStream.range(0, batches * BATCH).toArray();
        CentreView view = new CentreView(SIZE, 3);
        var settings = new Inference.Settings(Devices.parse("cpu"), Precision.FP32, BATCH, 1);
        Tensor x;
        try (PointerScope scope = new PointerScope()) {
            x = ChannelsLast.of(Inference.apply(pixels -> pixels.flatten(1, 3), data, pictures, view, settings, null)
                    .view(pictures.length, 3, SIZE, SIZE));
            x.retainReference();
        }
        double same = agreement(network, raw, data, pictures, view, settings, x);
        Alternate times = Alternate.measure(
                rounds,
                () -> Alternate.seconds(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        Inference.apply(network, data, pictures, view, settings, null);
                    }
                }),
                () -> Alternate.seconds(() -> plain(raw, x)));
        return List.of(new Row(
                String.format(Locale.ROOT, "embedding pass, ResNet-18 x %s, same class for %.2f %%", width, 100 * same),
                perSecond(pictures.length / times.first()),
                "plain forward " + perSecond(pictures.length / times.second()),
                times.ratio(),
                reach));
    }

    /** Running statistics and a last layer as if something had been learnt. */
    private static void settle(ImageClassifier network) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            network.train(true);
            for (int i = 0; i < 4; i++) {
                network.forward(torch.rand(64, 3, SIZE, SIZE));
            }
            network.state().forEach((name, tensor) -> {
                if (name.equals("fc.weight") || name.endsWith("bn2.weight")) {
                    tensor.copy_(torch.randn_like(tensor));
                }
            });
            network.eval();
        }
    }

    private static void plain(RawResNet raw, Tensor x) {
        try (NoGradGuard guard = new NoGradGuard()) {
            for (long from = 0; from < x.size(0); from += BATCH) {
                try (PointerScope scope = new PointerScope()) {
                    raw.forward(x.narrow(0, from, BATCH), false);
                }
            }
        }
    }

    private static double agreement(
            ImageClassifier network,
            RawResNet raw,
            Dataset data,
            int[] pictures,
            CentreView view,
            Inference.Settings settings,
            Tensor x) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor fast = Inference.apply(network, data, pictures, view, settings, null);
            Tensor slow = raw.forward(x, false);
            Tensor same = fast.argmax(new LongOptional(1), false).eq(slow.argmax(new LongOptional(1), false));
            return same.sum().item_long() / (double) pictures.length;
        }
    }

    private static String perSecond(double rate) {
        return String.format(Locale.ROOT, "%,.0f/s", rate);
    }
}
