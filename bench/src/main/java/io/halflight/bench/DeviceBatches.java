package io.halflight.bench;

import io.halflight.augment.BatchView;
import io.halflight.augment.DeviceViews;
import io.halflight.augment.SimClrView;
import io.halflight.augment.StrongView;
import io.halflight.data.HostBatch;
import io.halflight.data.Picture;
import io.halflight.torch.Devices;
import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/** A batch of views made by the training device beside one loader thread's, both from bytes to the device. */
final class DeviceBatches {
    private static final int SIZE = 32;
    private static final int BATCH = 512;
    private static final int COMPILING = 50;
    private static final long SEED = 3;

    /** What the loader's threads of a large machine would have to be worth. On a CPU nobody takes this way. */
    private static final double SIMCLR_ON_CUDA = 16;

    /** Strong views cost Java two thirds of that and a device more calls; slower than one thread they had better stay there. */
    private static final double STRONG_ON_CUDA = 1;

    private DeviceBatches() {}

    static List<Row> rows(int rounds) {
        return List.of(
                row("SimCLR views", new SimClrView(SimClrView.Config.cifar(SIZE)), SIMCLR_ON_CUDA, rounds),
                row(
                        "RandAugment (2) and Cutout",
                        new StrongView(StrongView.Config.fixMatch(SIZE, 3)),
                        STRONG_ON_CUDA,
                        rounds));
    }

    private static Row row(String what, BatchView view, double reachOnCuda, int rounds) {
        Device device = Devices.parse("auto");
        HostBatch batch = batch(view);
        float[] painted = new float[BATCH * 3 * SIZE * SIZE];
        for (int i = 0; i < COMPILING; i++) {
            onHost(view, batch, painted, device);
        }
        Alternate times = Alternate.measure(
                rounds,
                () -> Alternate.seconds(() -> onDevice(view, batch, device)),
                () -> Alternate.seconds(() -> onHost(view, batch, painted, device)));
        return new Row(
                what + ", 32 x 32, batch of " + BATCH + ", made on " + Devices.describe(device),
                perSecond(times.first()),
                "one thread in Java " + perSecond(times.second()),
                times.ratio(),
                device.is_cuda() ? reachOnCuda : 0);
    }

    private static HostBatch batch(BatchView view) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Picture> pictures = new ArrayList<>();
        float[] draws = new float[BATCH * view.draws()];
        for (int i = 0; i < BATCH; i++) {
            byte[] pixels = new byte[3 * SIZE * SIZE];
            random.nextBytes(pixels);
            pictures.add(new Picture(3, SIZE, SIZE, pixels));
            view.draw(random, SIZE, SIZE, draws, i * view.draws());
        }
        return new HostBatch(List.of(draws), pictures, new long[BATCH], new int[BATCH], 3, SIZE, SIZE);
    }

    private static void onDevice(BatchView view, HostBatch batch, Device device) {
        try (PointerScope scope = new PointerScope()) {
            await(DeviceViews.paint(List.of(view), batch, device).get(0));
        }
    }

    private static void onHost(BatchView view, HostBatch batch, float[] painted, Device device) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < BATCH; i++) {
            view.apply(batch.pictures().get(i), random, painted, i * 3 * SIZE * SIZE);
        }
        try (PointerScope scope = new PointerScope()) {
            await(Upload.floats(painted, device, BATCH, 3, SIZE, SIZE));
        }
    }

    private static void await(Tensor views) {
        Tensors.item(views.narrow(0, BATCH - 1, 1).sum());
    }

    private static String perSecond(double seconds) {
        return String.format(Locale.ROOT, "%,.0f views/s", BATCH / seconds);
    }
}
