package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.Autocast;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TripletTest {
    static {
        NativeTorch.load();
    }

    private final Tensor four = Tensors.floats(new float[] {1, 0, 0.6f, 0.8f, 0, 1, -0.8f, 0.6f}, 4, 2);
    private final Tensor pairs = Tensors.longs(new long[] {0, 0, 1, 1});

    @Test
    void matchesTheGoldenValues() {
        assertThat(Tensors.toFloats(Triplet.rows(four, pairs)))
                .containsExactly(new float[] {0.466653f, 0.832687f, 0.832687f, 0.466653f}, within(1e-5f));
        assertThat(Tensors.item(Triplet.loss(four, pairs))).isCloseTo(0.649670f, within(1e-5f));
    }

    /** Identities in any order, some of them alone, against loops over all pairs. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void equalsTheDefinition(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int rows = 9 + random.nextInt(8);
        double[] x = Gradients.random(seed, rows * 5);
        long[] identities = random.longs(rows, 10, 15).toArray();
        double[] expected = definition(x, identities, 5);
        Tensor single = Tensors.floats(toFloat(x), rows, 5);
        Tensor ids = Tensors.longs(identities);
        double[] actual = new double[rows];
        Triplet.rows(Tensor.create(x, rows, 5), ids).data_ptr_double().get(actual);
        assertThat(actual).as("seed %d", seed).containsExactly(expected, within(1e-12));
        assertThat(Tensors.toFloats(Triplet.rows(single, ids)))
                .as("seed %d", seed)
                .containsExactly(toFloat(expected), within(1e-5f));
    }

    private static double[] definition(double[] x, long[] identities, int d) {
        int rows = identities.length;
        double[] losses = new double[rows];
        for (int i = 0; i < rows; i++) {
            double furthest = -1;
            double closest = 9;
            for (int j = 0; j < rows; j++) {
                double square = 0;
                for (int k = 0; k < d; k++) {
                    double difference = x[i * d + k] / length(x, i, d) - x[j * d + k] / length(x, j, d);
                    square += difference * difference;
                }
                double distance = Math.sqrt(Math.max(square, 1e-12));
                if (identities[i] != identities[j]) {
                    closest = Math.min(closest, distance);
                } else if (i != j) {
                    furthest = Math.max(furthest, distance);
                }
            }
            losses[i] = furthest < 0 || closest > 2 ? 0 : Math.log1p(Math.exp(furthest - closest));
        }
        return losses;
    }

    private static double length(double[] x, int row, int d) {
        double square = 0;
        for (int k = 0; k < d; k++) {
            square += x[row * d + k] * x[row * d + k];
        }
        return Math.sqrt(square);
    }

    @Test
    void aRowWithoutTripletAddsNothingToTheMean() {
        Tensor x = four.clone().set_requires_grad(true);
        Tensor rows = Triplet.rows(x, Tensors.longs(new long[] {5, 5, 7, 8}));
        float[] values = Tensors.toFloats(rows);
        assertThat(values[0]).isPositive();
        assertThat(values[1]).isPositive();
        assertThat(values[2]).isZero();
        assertThat(values[3]).isZero();
        assertThat(Tensors.item(Triplet.loss(x, Tensors.longs(new long[] {5, 5, 7, 8}))))
                .isCloseTo((values[0] + values[1]) / 4, within(1e-7f));
        rows.narrow(0, 2, 2).sum().backward();
        assertThat(Tensors.toFloats(x.grad())).containsOnly(0);

        long[][] none = {{1, 2, 3, 4}, {6, 6, 6, 6}};
        for (long[] identities : none) {
            Tensor leaf = four.clone().set_requires_grad(true);
            Tensor loss = Triplet.loss(leaf, Tensors.longs(identities));
            loss.backward();
            assertThat(Tensors.item(loss)).isZero();
            assertThat(Tensors.toFloats(leaf.grad())).containsOnly(0);
        }
        assertThat(Tensors.item(Triplet.loss(torch.ones(1, 3), Tensors.longs(new long[] {4}))))
                .isZero();
    }

    @Test
    void hasTheGradientOfItsValue() {
        long[] identities = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3};
        for (long seed = 1; seed <= 3; seed++) {
            double[] x = Gradients.random(seed, identities.length * 4);
            Gradients.check(z -> Triplet.loss(z, Tensors.longs(identities)), x, identities.length, 4);
        }
    }

    /** Zeros, equal views of one picture, equal views of two pictures, and views a rounding apart. */
    @Test
    void gradientsStayFiniteWhereRowsCoincide() {
        float[] values = {
            0, 0, 0, 0, 0, 0, // a picture whose views are both zero
            1, 2, 3, 1, 2, 3, // one whose views are equal
            1, 2, 3, 2, 4, 6, // another in the same direction
            1, 1, 1, 1, 1, 1.0000001f
        };
        Tensor x = Tensors.floats(values, 8, 3).set_requires_grad(true);
        Tensor rows = Triplet.rows(x, Tensors.longs(new long[] {0, 0, 1, 1, 2, 2, 3, 3}));
        rows.mean().backward();
        assertThat(Tensors.toFloats(rows)[2]).isCloseTo((float) Math.log(2), within(1e-5f));
        float[] gradient = Tensors.toFloats(x.grad());
        for (int i = 0; i < gradient.length; i++) {
            // A row of zeros is stretched a million times, up to the floor of its length; NaN fails as well.
            assertThat(Math.abs(gradient[i])).as("component %d", i).isLessThan(i < 6 ? 1e6f : 10);
        }
    }

    /** Distances from a product of all pairs would be 0 or 3.5e-4 here, with no gradient or a false one. */
    @Test
    void seesDistancesThatVanishInTheRoundingOfOne() {
        double gap = 1e-4;
        float[] values = {1, 0, 1, (float) gap, -1, 0, -1, (float) gap};
        Tensor x = Tensors.floats(values, 4, 2).set_requires_grad(true);
        Tensor rows = Triplet.rows(x, pairs);
        rows.narrow(0, 0, 1).sum().backward();
        double expected = Math.log1p(Math.exp(gap - Math.sqrt(4 - gap * gap)));
        assertThat((double) Tensors.toFloats(rows)[0]).isCloseTo(expected, within(1e-7));
        double slope = 1 / (1 + Math.exp(2 - gap)); // of softplus
        float[] gradient = Tensors.toFloats(x.grad());
        assertThat((double) gradient[1]).isCloseTo(-slope, within(1e-3)); // towards its partner
        assertThat((double) gradient[3]).isCloseTo(slope, within(1e-3));
    }

    @Test
    void startsAtLn2WhereAllViewsLookAlike() {
        assertThat(Tensors.item(Triplet.loss(torch.ones(4, 3), pairs))).isCloseTo((float) Math.log(2), within(1e-6f));
    }

    @Test
    void ignoresTheLengthOfEachRow() {
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = Gradients.random(seed, 8 * 4);
        double[] scaled = x.clone();
        for (int i = 0; i < 8; i++) {
            double factor = Math.exp(6 * random.nextDouble() - 3);
            for (int k = 0; k < 4; k++) {
                scaled[i * 4 + k] *= factor;
            }
        }
        Tensor identities = Tensors.longs(new long[] {0, 0, 1, 1, 2, 2, 3, 3});
        assertThat(Triplet.loss(Tensor.create(scaled, 8, 4), identities).item_double())
                .as("seed %d", seed)
                .isCloseTo(Triplet.loss(Tensor.create(x, 8, 4), identities).item_double(), within(1e-12));
    }

    @Test
    void rowsFollowThePermutationOfTheBatchAndTheNamesOfPicturesDoNotMatter() {
        for (long seed = 20; seed < 25; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] x = Gradients.random(seed, 12 * 4);
            double[] moved = new double[x.length];
            long[] identities = random.longs(12, 0, 4).toArray();
            long[] renamed = new long[12];
            int[] from = permutation(random, 12);
            for (int i = 0; i < 12; i++) {
                System.arraycopy(x, from[i] * 4, moved, i * 4, 4);
                renamed[i] = (1L << 40) - 7 * identities[from[i]];
            }
            double[] rows = new double[12];
            double[] movedRows = new double[12];
            Triplet.rows(Tensor.create(x, 12, 4), Tensors.longs(identities))
                    .data_ptr_double()
                    .get(rows);
            Triplet.rows(Tensor.create(moved, 12, 4), Tensors.longs(renamed))
                    .data_ptr_double()
                    .get(movedRows);
            for (int i = 0; i < 12; i++) {
                assertThat(movedRows[i]).as("seed %d, row %d", seed, i).isCloseTo(rows[from[i]], within(1e-12));
            }
        }
    }

    private static int[] permutation(SplittableRandom random, int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    @Test
    void computesInFloat32WithinAutocast() {
        Tensor x = Tensors.floats(toFloat(Gradients.random(31, 24)), 8, 3);
        Tensor identities = Tensors.longs(new long[] {0, 0, 1, 1, 2, 2, 3, 3});
        float full = Tensors.item(Triplet.loss(x, identities));
        try (Autocast autocast = Autocast.of(Devices.parse("cpu"), Precision.BF16)) {
            assertThat(Tensors.item(Triplet.loss(x, identities))).isEqualTo(full);
            assertThat(Triplet.loss(x.to(ScalarType.BFloat16), identities)
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Float);
        }
        assertThat(Triplet.loss(x.to(ScalarType.Double), identities)
                        .scalar_type()
                        .intern())
                .isEqualTo(ScalarType.Double);
        assertThat(Tensors.item(Triplet.loss(x.mul(new Scalar(3.0)), identities)))
                .isCloseTo(full, within(1e-6f));
    }

    @Test
    void refusesWhatItCannotCompare() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Triplet.loss(four, Tensors.longs(new long[] {0, 0, 1})))
                .withMessageContaining("[4, 2] and [3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Triplet.loss(torch.ones(4), pairs))
                .withMessageContaining("[4] and [4]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Triplet.loss(torch.ones(0, 3), Tensors.longs(new long[0])))
                .withMessageContaining("M above 0");
    }

    private static float[] toFloat(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
