package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.data.Batch;
import io.halflight.loss.CosineRegression;
import io.halflight.nn.HeadForm;
import io.halflight.nn.ProjectionHead;
import io.halflight.optim.Lars;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Sgd;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What BYOL, MoCo and SimCLR's memory promise about the network that follows the trained one. */
class AveragedNetworksTest {
    private static final int N = 16;
    private static final int SIDE = 8;
    private static final int OUT = 16;
    private static final SimClrView.Config VIEWS = SimClrView.Config.cifar(SIDE);

    @BeforeEach
    void seed() {
        NativeTorch.load();
        torch.manual_seed(6);
    }

    @Test
    void byolsLossIsTheSumOfBothDirectionsOverSeparatePasses() {
        Tower theta = tower(HeadForm.BYOL);
        Tower xi = tower(HeadForm.BYOL);
        ProjectionHead q = predictor();
        Byol byol = new Byol(theta, q, xi, new Byol.Config(VIEWS, VIEWS, 0.9, true));
        byol.train(true);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            Tensor v = batch.unlabelled().view(0);
            Tensor w = batch.unlabelled().view(1);
            double first = Tensors.item(CosineRegression.loss(q.forward(z(theta, v)), z(xi, w)));
            double second = Tensors.item(CosineRegression.loss(q.forward(z(theta, w)), z(xi, v)));
            double loss =
                    Tensors.item(byol.loss(batch, new Step(0, 10, 0, false)).total());
            assertThat(loss).isCloseTo(first + second, within(1e-4));
        }
    }

    @Test
    void byolsTargetIsMovedByAveragingAlone() {
        Tower theta = tower(HeadForm.BYOL);
        Tower xi = tower(HeadForm.BYOL);
        Byol byol = new Byol(theta, predictor(), xi, new Byol.Config(VIEWS, VIEWS, 0.75, true));
        followsByAveragingAlone(byol, theta, xi, "target.", 0, 10, 0.75);
        followsByAveragingAlone(byol, theta, xi, "target.", 5, 10, 0.875);
    }

    @Test
    void mocosKeyNetworkIsMovedByAveragingAlone() {
        Tower query = tower(HeadForm.MOCO);
        Tower key = tower(HeadForm.MOCO);
        MoCo moco = new MoCo(query, key, new MoCo.Config(0.2, VIEWS, 40, 0.9, false, 1));
        assertThat(values(key)).containsExactly(values(query)); // it starts as a copy
        followsByAveragingAlone(moco, query, key, "key.", 0, 10, 0.9);
    }

    @Test
    void theMemorysNetworkIsMovedByAveragingAlone() {
        Tower theta = tower(HeadForm.SIMCLR);
        Tower xi = tower(HeadForm.SIMCLR);
        SimClrMemory memory = new SimClrMemory(theta, xi, new SimClrMemory.Config(0.5, VIEWS, 40, 0.8));
        followsByAveragingAlone(memory, theta, xi, "average.", 0, 10, 0.8);
    }

    @Test
    void theRunningStatisticsOfTheTargetAreThoseOfItsOwnPasses() {
        Tower theta = tower(HeadForm.BYOL);
        Tower xi = tower(HeadForm.BYOL);
        Byol byol = new Byol(theta, predictor(), xi, new Byol.Config(VIEWS, VIEWS, 0.9, true));
        step(byol, new Sgd(byol.trainable().parameters(), new Sgd.Config(0.9, true, 0)), 0, 10);
        float[] target = Tensors.toFloats(byol.trainable().state().get("target.encoder.bn1.running_mean"));
        float[] online = Tensors.toFloats(byol.trainable().state().get("encoder.bn1.running_mean"));
        assertThat(target).isNotEqualTo(online).isNotEqualTo(new float[target.length]);
    }

    @Test
    void withoutPredictorAndWithoutAverageByolCollapses() {
        double healthy = similarityAfter(predictor(), 0.99, 60);
        double collapsed = similarityAfter(new ProjectionHead(OUT, OUT, OUT, 0), 0, 60);
        assertThat(healthy).isLessThan(0.5);
        assertThat(collapsed).isGreaterThan(0.9);
    }

    @Test
    void theQueueHoldsUnitRowsWithoutGradientAndTheOldestGoFirst() {
        try (PointerScope scope = new PointerScope()) {
            MemoryQueue queue = new MemoryQueue(5, 2, torch.zeros(1));
            assertThat(queue.filled()).isZero();
            Tensor rows = Tensors.floats(new float[] {3, 0, 0, 2, -5, 0}, 3, 2).set_requires_grad(true);
            queue.push(rows.mul(rows)); // (9, 0), (0, 4), (25, 0)
            assertThat(queue.rows().requires_grad()).isFalse();
            assertThat(Tensors.toFloats(queue.rows())).containsExactly(1, 0, 0, 1, 1, 0);
            queue.push(Tensors.floats(new float[] {0, -1, 0, -2, -7, 0}, 3, 2));
            assertThat(queue.filled()).isEqualTo(5);
            assertThat(Tensors.toFloats(queue.rows())).containsExactly(-1, 0, 0, 1, 1, 0, 0, -1, 0, -1);
            float[] many = new float[14];
            many[13] = 1;
            many[0] = 1;
            queue.push(Tensors.floats(many, 7, 2)); // of seven, the last five
            assertThat(queue.filled()).isEqualTo(5);
            assertThat(Tensors.toFloats(queue.rows())).contains(1f).hasSize(10);
        }
    }

    @Test
    void mocosQueueIsFullOfUnitRowsFromTheStartAndTheMemorysIsEmpty() {
        MoCo moco =
                new MoCo(tower(HeadForm.MOCO), tower(HeadForm.MOCO), new MoCo.Config(0.2, VIEWS, 40, 0.9, false, 1));
        SimClrMemory memory = new SimClrMemory(
                tower(HeadForm.SIMCLR), tower(HeadForm.SIMCLR), new SimClrMemory.Config(0.5, VIEWS, 40, 0.8));
        assertThat(moco.expectedStart(N)).isCloseTo(Math.log(41), within(1e-12));
        assertThat(memory.expectedStart(N)).isCloseTo(Math.log(2 * N - 1), within(1e-12));
        step(memory, new Sgd(memory.trainable().parameters(), new Sgd.Config(0.9, true, 0)), 0, 10);
        assertThat(memory.expectedStart(N)).isCloseTo(Math.log(2 * N - 1 + 2 * N), within(1e-12));
        float[] rows = Tensors.toFloats(moco.trainable().state().get("queue.rows"));
        for (int i = 0; i < 40; i++) {
            double length = 0;
            for (int j = 0; j < OUT; j++) {
                length += rows[i * OUT + j] * rows[i * OUT + j];
            }
            assertThat(length).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void aShuffledKeyBelongsToItsPictureAgain() {
        Tower query = tower(HeadForm.MOCO);
        Tower key = tower(HeadForm.MOCO);
        MoCo moco = new MoCo(query, key, new MoCo.Config(0.2, VIEWS, 40, 0.9, false, 2));
        moco.train(true);
        try (PointerScope scope = new PointerScope()) {
            Tensor view = batch().unlabelled().view(0);
            Batch same =
                    new Batch(null, new Batch.Stream(List.of(view, view), Tensors.longs(new long[N], N), new int[N]));
            Loss loss = moco.loss(same, new Step(0, 10, 0, true));
            // Two equal networks see equal pictures, normalised in other groups; by chance one in sixteen would be
            // found.
            assertThat(Tensors.item(loss.parts().get("positive"))).isGreaterThan(0.6f);
            assertThat(Tensors.item(loss.parts().get("contrastAccuracy"))).isGreaterThan(0.4f);
        }
    }

    /** How alike the projections of different pictures are after training: 1 when all are the same. */
    private static double similarityAfter(ProjectionHead q, double tau, int steps) {
        torch.manual_seed(3);
        Tower theta = tower(HeadForm.BYOL);
        Byol byol = new Byol(theta, q, tower(HeadForm.BYOL), new Byol.Config(VIEWS, VIEWS, tau, false));
        Optimizer optimizer = new Lars(byol.trainable().parameters(), Lars.Config.byol(1e-6));
        double similarity = 0;
        for (int i = 0; i < steps; i++) {
            similarity = step(byol, optimizer, i, steps);
        }
        return similarity;
    }

    /** One optimiser step; the mean cosine of different pictures' projections before it. */
    private static double step(Method method, Optimizer optimizer, long index, long total) {
        method.train(true);
        Step step = new Step(index, total, 0, true);
        try (PointerScope scope = new PointerScope()) {
            Loss loss = method.loss(batch(), step);
            optimizer.zeroGrad();
            loss.backward().run();
            double similarity = Tensors.item(loss.parts().get("negative"));
            optimizer.step(1.0);
            try (NoGradGuard guard = new NoGradGuard()) {
                method.afterUpdate(step);
            }
            return similarity;
        }
    }

    private static void followsByAveragingAlone(
            Method method, Tower theta, Tower xi, String prefix, long index, long total, double tau) {
        method.train(true);
        Optimizer optimizer = new Sgd(method.trainable().parameters(), new Sgd.Config(0.9, true, 0));
        Step step = new Step(index, total, 0, false);
        assertThat(method.trainable().parameters()).noneMatch(p -> p.name().startsWith(prefix));
        try (PointerScope scope = new PointerScope()) {
            float[] before = values(xi);
            Loss loss = method.loss(batch(), step);
            optimizer.zeroGrad();
            loss.backward().run();
            optimizer.step(0.1);
            assertThat(values(xi)).as("the optimiser leaves it alone").containsExactly(before);
            try (NoGradGuard guard = new NoGradGuard()) {
                method.afterUpdate(step);
            }
            float[] online = values(theta);
            float[] after = values(xi);
            for (int i = 0; i < after.length; i++) {
                assertThat((double) after[i]).isCloseTo(tau * before[i] + (1 - tau) * online[i], within(1e-5));
            }
            assertThat(after).isNotEqualTo(before);
        }
    }

    /** Weights of encoder and head, without running statistics. */
    private static float[] values(Tower tower) {
        Map<String, Tensor> weights = new LinkedHashMap<>(tower.state(""));
        weights.keySet().removeIf(name -> name.contains("running_") || name.endsWith("num_batches_tracked"));
        int count = 0;
        for (Tensor tensor : weights.values()) {
            count += (int) tensor.numel();
        }
        float[] all = new float[count];
        int at = 0;
        for (Tensor tensor : weights.values()) {
            float[] part = Tensors.toFloats(tensor);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static Tensor z(Tower tower, Tensor x) {
        return tower.g().forward(tower.f().forward(x));
    }

    private static Tower tower(HeadForm form) {
        Backbone f = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIDE, 3), false);
        return new Tower(f, new ProjectionHead(f.features(), 32, OUT, 2, form));
    }

    private static ProjectionHead predictor() {
        return new ProjectionHead(OUT, 32, OUT, 2, HeadForm.BYOL);
    }

    /** Call it inside a scope. */
    private static Batch batch() {
        return new Batch(
                null, new Batch.Stream(List.of(view(0.31), view(0.33)), Tensors.longs(new long[N], N), new int[N]));
    }

    private static Tensor view(double frequency) {
        float[] pixels = new float[N * 3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) (0.5 + 0.5 * Math.sin(frequency * i + 0.001 * i * i));
        }
        return Tensors.floats(pixels, N, 3, SIDE, SIDE);
    }
}
