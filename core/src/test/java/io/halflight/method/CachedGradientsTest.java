package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.data.Batch;
import io.halflight.nn.HeadForm;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CachedGradientsTest {
    private static final int N = 13;
    private static final int SIDE = 6;
    private static final long SEED = 21;

    /** An encoder without batch normalisation, the only kind for which chunks change nothing. */
    private static final class Plain extends Backbone {
        private final LinearImpl first = register_module("first", new LinearImpl(3 * SIDE * SIDE, 24));
        private final LinearImpl second = register_module("second", new LinearImpl(24, 16));

        Plain() {
            super("Plain");
        }

        @Override
        public int features() {
            return 16;
        }

        @Override
        protected List<List<Module>> parts() {
            return List.of(List.of(first), List.of(second));
        }

        @Override
        public Tensor forward(Tensor x) {
            return second.forward(first.forward(x.flatten(1, -1)).tanh()).tanh();
        }
    }

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6, 12, 13, 100})
    void withoutNormalisationTheGradientIsThatOfTheWholeBatch(int chunk) {
        torch.manual_seed(SEED);
        Plain f = new Plain();
        ProjectionHead g = new ProjectionHead(16, 16, 8, 2, HeadForm.MOCO);
        Map<String, float[]> whole = gradients(new SimClr(f, g, config(0)));
        Map<String, float[]> cached = gradients(new SimClr(f, g, config(chunk)));
        assertThat(cached.keySet()).isEqualTo(whole.keySet()).isNotEmpty();
        whole.forEach((name, values) -> assertThat(cached.get(name))
                .as("%s, chunk %d, seed %d", name, chunk, SEED)
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(values));
        assertThat(whole.values()).allSatisfy(values -> assertThat(max(values)).isGreaterThan(1e-4f));
    }

    @Test
    void withNormalisationTheGradientIsThatOfGroupsThatAreNormalisedApart() {
        torch.manual_seed(SEED);
        Backbone f = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIDE, 3));
        ProjectionHead g = new ProjectionHead(f.features(), 16, 8, 2);
        SimClr groups = new SimClr(f, g, new SimClr.Config(0.3, SimClrView.Config.cifar(SIDE), true, 2, 0, false));
        SimClr chunks = new SimClr(f, g, config(6));
        Map<String, float[]> apart = gradients(groups, 12);
        Map<String, float[]> cached = gradients(chunks, 12);
        Map<String, float[]> whole = gradients(new SimClr(f, g, config(0)), 12);
        String kernel = "encoder.conv1.weight";
        assertThat(cached.get(kernel)).usingComparatorWithPrecision(1e-4f).containsExactly(apart.get(kernel));
        assertThat(difference(cached.get(kernel), whole.get(kernel))).isGreaterThan(1e-3f);
    }

    /** Otherwise the second pass would carry the gradient of one network into another. */
    @Test
    void bothPassesOfAChunkDropTheSameBranches() {
        torch.manual_seed(SEED);
        BackboneSpec spec = new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIDE, 3).dropping(0.9, 0);
        Backbone f = Backbones.create(spec, false);
        Tower tower = new Tower(f, new ProjectionHead(f.features(), 16, 8, 2));
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> views = batch(12).unlabelled().views();
            CachedGradients cache = new CachedGradients(tower, views.get(0), views.get(1), 6);
            CachedGradients.Projections z = cache.project();
            Tensor first = cache.forward(0).z();
            assertThat(z.a().narrow(0, 0, 6).equal(first.narrow(0, 0, 6))).isTrue();
            assertThat(cache.forward(6).z().equal(first)).isFalse();
            assertThat(tower.forward(torch.cat(new TensorVector(views.get(0), views.get(1)), 0))
                            .z()
                            .narrow(0, 0, 6)
                            .equal(z.a().narrow(0, 0, 6)))
                    .isFalse();
            assertThat(cache.project().a().equal(z.a()))
                    .as("a chunk keeps its numbers")
                    .isTrue();
            CachedGradients other = new CachedGradients(tower, views.get(0), views.get(1), 6);
            assertThat(other.project().a().equal(z.a()))
                    .as("another step draws others")
                    .isFalse();
        }
    }

    @Test
    void theRunningStatisticsMoveInOneOfTheTwoPassesOnly() {
        torch.manual_seed(SEED);
        Backbone f = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIDE, 3));
        SimClr method = new SimClr(f, new ProjectionHead(f.features(), 16, 8, 2), config(6));
        method.train(true);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = StateDict.of(f);
            Loss loss = method.loss(batch(12), new Step(0, 1, 0, false));
            assertThat(state.get("bn1.num_batches_tracked").item_long()).isZero();
            loss.backward().run();
            assertThat(state.get("bn1.num_batches_tracked").item_long()).isEqualTo(2);
        }
    }

    private static SimClr.Config config(int chunk) {
        return new SimClr.Config(0.3, SimClrView.Config.cifar(SIDE), true, 1, chunk, false);
    }

    private static Map<String, float[]> gradients(SimClr method) {
        return gradients(method, N);
    }

    private static Map<String, float[]> gradients(SimClr method, int n) {
        method.train(true);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            List<Parameter> parameters = method.trainable().parameters();
            parameters.forEach(p -> p.tensor().mutable_grad().reset());
            Loss loss = method.loss(batch(n), new Step(0, 1, 0, false));
            loss.backward().run();
            assertThat(Tensors.item(loss.total())).isFinite();
            parameters.forEach(
                    p -> gradients.put(p.name(), Tensors.toFloats(p.tensor().grad())));
        }
        return gradients;
    }

    private static Batch batch(int n) {
        List<Tensor> views = new ArrayList<>();
        for (double frequency : new double[] {0.31, 0.47}) {
            float[] pixels = new float[n * 3 * SIDE * SIDE];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) (0.5 + 0.5 * Math.sin(frequency * i + 0.001 * i * i));
            }
            views.add(Tensors.floats(pixels, n, 3, SIDE, SIDE));
        }
        return new Batch(null, new Batch.Stream(views, Tensors.longs(new long[n], n), new int[n]));
    }

    private static float max(float[] values) {
        float max = 0;
        for (float value : values) {
            max = Math.max(max, Math.abs(value));
        }
        return max;
    }

    private static float difference(float[] a, float[] b) {
        float max = 0;
        for (int i = 0; i < a.length; i++) {
            max = Math.max(max, Math.abs(a[i] - b[i]));
        }
        return max;
    }
}
