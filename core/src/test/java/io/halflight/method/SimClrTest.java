package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.data.Batch;
import io.halflight.loss.NtXent;
import io.halflight.nn.ProjectionHead;
import io.halflight.optim.Parameter;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimClrTest {
    private static final int N = 8;
    private static final double TAU = 0.3;

    private Backbone f;
    private ProjectionHead g;
    private SimClr method;

    @BeforeEach
    void networks() {
        NativeTorch.load();
        torch.manual_seed(4);
        f = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 3));
        g = new ProjectionHead(f.features(), f.features(), 16, 2);
        method = new SimClr(f, g, new SimClr.Config(TAU, SimClrView.Config.cifar(8)));
        method.train(true);
    }

    @Test
    void bothViewsPassTogetherSoThatStatisticsAreThoseOfTwiceTheBatch() {
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            double loss =
                    Tensors.item(method.loss(batch, new Step(0, 1, 0, false)).total());
            Tensor both = torch.cat(
                    new TensorVector(
                            batch.unlabelled().view(0), batch.unlabelled().view(1)),
                    0);
            Tensor together = g.forward(f.forward(both));
            Tensor a = g.forward(f.forward(batch.unlabelled().view(0)));
            Tensor b = g.forward(f.forward(batch.unlabelled().view(1)));
            double joint = Tensors.item(NtXent.loss(together.narrow(0, 0, N), together.narrow(0, N, N), TAU));
            double apart = Tensors.item(NtXent.loss(a, b, TAU));
            assertThat(loss).isCloseTo(joint, within(1e-5));
            assertThat(loss).isNotCloseTo(apart, within(1e-3));
        }
    }

    @Test
    void theLogTellsWhetherFeaturesCollapse() {
        try (PointerScope scope = new PointerScope()) {
            Loss spread = method.loss(batch(), new Step(0, 1, 0, true));
            assertThat(Tensors.item(spread.parts().get("featureDeviation"))).isGreaterThan(0.1f);
            assertThat(spread.parts()).containsKeys("effectiveRank", "alignment", "uniformity", "positive", "negative");
        }
    }

    @Test
    void theAuthorsCodeAddsTheViewsWhereThePaperAverages() {
        SimClr sum = new SimClr(f, g, new SimClr.Config(TAU, SimClrView.Config.cifar(8), true, 1, 0, true));
        try (PointerScope scope = new PointerScope()) {
            float paper =
                    Tensors.item(method.loss(batch(), new Step(0, 1, 0, false)).total());
            float code =
                    Tensors.item(sum.loss(batch(), new Step(0, 1, 0, false)).total());
            assertThat(code).isCloseTo(2 * paper, within(1e-4f));
            assertThat(sum.expectedStart(N)).isEqualTo(2 * method.expectedStart(N));
        }
    }

    @Test
    void groupsAreNormalisedApart() {
        SimClr two = new SimClr(f, g, new SimClr.Config(TAU, SimClrView.Config.cifar(8), true, 2, 0, false));
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            Tensor[] a = new Tensor[2];
            Tensor[] b = new Tensor[2];
            for (int i = 0; i < 2; i++) {
                Tensor v = batch.unlabelled().view(0).narrow(0, i * N / 2, N / 2);
                Tensor w = batch.unlabelled().view(1).narrow(0, i * N / 2, N / 2);
                Tensor z = g.forward(f.forward(torch.cat(new TensorVector(v, w), 0)));
                a[i] = z.narrow(0, 0, N / 2);
                b[i] = z.narrow(0, N / 2, N / 2);
            }
            Tensor expected = NtXent.loss(torch.cat(new TensorVector(a), 0), torch.cat(new TensorVector(b), 0), TAU);
            Tensor loss = two.loss(batch, new Step(0, 1, 0, false)).total();
            assertThat(Tensors.item(loss)).isCloseTo(Tensors.item(expected), within(1e-5f));
        }
    }

    @Test
    void encoderAndHeadAreLearntAndNamedApart() {
        Trainable trainable = method.trainable();
        assertThat(trainable.parameters())
                .extracting(Parameter::name)
                .allMatch(name -> name.startsWith("encoder.") || name.startsWith("head."))
                .anyMatch(name -> name.startsWith("head."));
        assertThat(trainable.state()).containsKeys("encoder.bn1.running_mean", "encoder.conv1.weight");
    }

    /** Call it inside a scope. */
    private static Batch batch() {
        return new Batch(
                null, new Batch.Stream(List.of(view(0.31), view(0.47)), Tensors.longs(new long[N], N), new int[N]));
    }

    private static Tensor view(double frequency) {
        float[] pixels = new float[N * 3 * 64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) (0.5 + 0.5 * Math.sin(frequency * i + 0.001 * i * i));
        }
        return Tensors.floats(pixels, N, 3, 8, 8);
    }
}
