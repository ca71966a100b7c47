package io.halflight.bench;

import io.halflight.augment.BatchView;
import io.halflight.augment.DeviceViews;
import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.data.Batch;
import io.halflight.data.HostBatch;
import io.halflight.data.Picture;
import io.halflight.method.Loss;
import io.halflight.method.SimClr;
import io.halflight.method.Step;
import io.halflight.nn.ChannelsLast;
import io.halflight.nn.HeadForm;
import io.halflight.nn.ProjectionHead;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Sgd;
import io.halflight.torch.Autocast;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/** Training steps of SimCLR in two halves: both views of a batch on the device, and what is learnt from them. */
final class SimClrSteps {
    private static final long SEED = 3;
    private static final int OUT = 128;
    private static final double RATE = 0.03;
    private static final Step UNLOGGED = new Step(0, 1, 0, false);

    /**
     * What is trained.
     *
     * @param side of the views; the pictures are as large, or 448 x 600 for views of 224
     * @param batch pictures
     */
    record Shape(String backbone, double width, int side, int batch) {
        int pictureHeight() {
            return side == 224 ? 448 : side;
        }

        int pictureWidth() {
            return side == 224 ? 600 : side;
        }
    }

    private final Shape shape;
    private final Device device;
    private final Precision precision;
    private final SimClr method;
    private final Optimizer optimizer;
    private final BatchView view;
    private final HostBatch host;
    private List<Tensor> views = List.of();

    /** Fresh weights and noise for pictures. Call it outside any scope. */
    SimClrSteps(Shape shape, Device device, Precision precision) {
        this.shape = shape;
        this.device = device;
        this.precision = precision;
        Backbone f = Backbones.create(
                new BackboneSpec(shape.backbone, shape.width, 0, "auto", "torchvision", shape.side, 3));
        ProjectionHead g = new ProjectionHead(f.features(), f.features(), OUT, 2, HeadForm.SIMCLR);
        if (device.is_cuda()) {
            f.to(device, false);
            g.to(device, false);
        }
        ChannelsLast.convert(f);
        SimClrView.Config augment =
                shape.side == 32 ? SimClrView.Config.cifar(shape.side) : SimClrView.Config.imagenet(shape.side);
        method = new SimClr(f, g, new SimClr.Config(0.5, augment));
        method.train(true);
        optimizer = new Sgd(method.trainable().parameters(), new Sgd.Config(0.9, true, 0));
        view = new SimClrView(augment);
        host = batch();
    }

    private HostBatch batch() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Picture> pictures = new ArrayList<>();
        float[] first = new float[shape.batch * view.draws()];
        float[] second = new float[first.length];
        for (int i = 0; i < shape.batch; i++) {
            byte[] pixels = new byte[3 * shape.pictureHeight() * shape.pictureWidth()];
            random.nextBytes(pixels);
            pictures.add(new Picture(3, shape.pictureHeight(), shape.pictureWidth(), pixels));
            for (float[] draws : List.of(first, second)) {
                view.draw(random, shape.pictureHeight(), shape.pictureWidth(), draws, i * view.draws());
            }
        }
        int n = shape.batch;
        return new HostBatch(List.of(first, second), pictures, new long[n], new int[n], 3, shape.side, shape.side);
    }

    /** Makes both views of the batch; seconds until they are there. */
    double paint() {
        return Alternate.seconds(() -> {
            views.forEach(Tensor::close);
            try (PointerScope scope = new PointerScope()) {
                views = DeviceViews.paint(List.of(view, view), host, device).stream()
                        .map(ChannelsLast::of)
                        .toList();
                views.forEach(Tensor::retainReference);
                Tensors.item(views.get(1).narrow(0, shape.batch - 1L, 1).sum()); // waits for the device
            }
        });
    }

    /** Forward, backward and update with the views of the last {@link #paint}; seconds until the loss is there. */
    double learn() {
        return Alternate.seconds(this::step);
    }

    /** The loss of such a step. */
    double step() {
        try (PointerScope scope = new PointerScope()) {
            Tensor labels = Tensors.longs(host.labels(), shape.batch);
            Batch batch = new Batch(null, new Batch.Stream(views, labels, host.indices()));
            Loss loss;
            try (Autocast autocast = Autocast.of(device, precision)) {
                loss = method.loss(batch, UNLOGGED);
            }
            optimizer.zeroGrad();
            loss.backward().run();
            optimizer.step(RATE);
            return Tensors.item(loss.total());
        }
    }
}
