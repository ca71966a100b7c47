package io.halflight.bench;

import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Device;

/** What a step of SimCLR takes where it is trained: in bfloat16 beside float32, and on a GPU with its views. */
final class DeviceSteps {
    private static final double REACH_BF16 = 1.6;

    /** What was asked for on an H200; 8,400 are published for an A100. */
    private static final int VIEWS_ON_CUDA = 30_000;

    /** What was asked for; with kornia's views 70 % are published. */
    private static final double MOST_FOR_VIEWS = 1.0 / 3;

    private static final SimClrSteps.Shape CIFAR = new SimClrSteps.Shape("resnet18", 1, 32, 512);
    private static final SimClrSteps.Shape IMAGENET = new SimClrSteps.Shape("resnet50", 1, 224, 256);
    private static final SimClrSteps.Shape ON_CPU = new SimClrSteps.Shape("resnet18", 0.25, 32, 128);

    private DeviceSteps() {}

    /**
     * Both precisions, turn by turn.
     *
     * @param always whether to measure where {@link Precision#AUTO} would not take bfloat16, which is emulated then
     */
    static Row precision(int rounds, boolean always) {
        Device device = Devices.parse("auto");
        SimClrSteps.Shape shape = device.is_cuda() ? CIFAR : ON_CPU;
        String what = "SimCLR step in bf16 beside fp32, %s x %s, batch %d, on %s"
                .formatted(shape.backbone(), shape.width(), shape.batch(), Devices.describe(device));
        if (!always && Precision.AUTO.resolve(device) != Precision.BF16) {
            return Row.alone(what, "not run", "this hardware has no bf16; --precision emulates it", REACH_BF16);
        }
        return precision(
                what,
                new SimClrSteps(shape, device, Precision.BF16),
                new SimClrSteps(shape, device, Precision.FP32),
                rounds);
    }

    static Row precision(String what, SimClrSteps bf16, SimClrSteps fp32, int rounds) {
        bf16.paint();
        fp32.paint();
        Alternate times = Alternate.measure(rounds, bf16::learn, fp32::learn);
        return new Row(
                what, milliseconds(times.first()), "fp32 " + milliseconds(times.second()), times.ratio(), REACH_BF16);
    }

    /** Whole steps on a GPU, from pictures in Java's memory to the updated weights. */
    static List<Row> onCuda(int rounds) {
        Device device = Devices.parse("auto");
        String fast = "views/s of SimCLR steps, resnet18, 32 x 32, batch 512, bf16";
        String share =
                "share of a SimCLR step that its views take, resnet50, 224 x 224, batch 256, bf16 (ratio: 1/3 over the share)";
        if (!device.is_cuda()) {
            return List.of(Row.alone(fast, "not run", "no GPU", 1), Row.alone(share, "not run", "no GPU", 1));
        }
        return List.of(
                speed(fast, new SimClrSteps(CIFAR, device, Precision.BF16), CIFAR, rounds),
                share(share, new SimClrSteps(IMAGENET, device, Precision.BF16), rounds));
    }

    static Row speed(String what, SimClrSteps steps, SimClrSteps.Shape shape, int rounds) {
        Alternate times = halves(steps, rounds);
        double views = 2 * shape.batch() / (times.first() + times.second());
        return new Row(
                what,
                String.format(Locale.ROOT, "%,.0f views/s", views),
                String.format(Locale.ROOT, "asked %,d", VIEWS_ON_CUDA),
                views / VIEWS_ON_CUDA,
                1);
    }

    static Row share(String what, SimClrSteps steps, int rounds) {
        Alternate times = halves(steps, rounds);
        double share = times.first() / (times.first() + times.second());
        return new Row(
                what,
                String.format(Locale.ROOT, "%.0f %%", 100 * share),
                "views " + milliseconds(times.first()) + ", the rest " + milliseconds(times.second()),
                MOST_FOR_VIEWS / share,
                1);
    }

    /** Views first, then what is learnt from them. */
    private static Alternate halves(SimClrSteps steps, int rounds) {
        steps.paint();
        return Alternate.measure(rounds, steps::paint, steps::learn);
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%,.1f ms", 1000 * seconds);
    }
}
