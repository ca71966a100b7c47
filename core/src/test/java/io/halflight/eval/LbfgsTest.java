package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LbfgsTest {
    @Test
    void anIllConditionedQuadraticIsSolved() {
        int n = 30;
        double[] x = new double[n];
        int[] calls = {0};
        double value = Lbfgs.minimise(
                (at, gradient) -> {
                    calls[0]++;
                    double sum = 0;
                    for (int i = 0; i < n; i++) {
                        double curvature = Math.pow(10, 4.0 * i / (n - 1)); // 1 to 10,000
                        double distance = at[i] - i;
                        gradient[i] = curvature * distance;
                        sum += 0.5 * curvature * distance * distance;
                    }
                    return sum;
                },
                x,
                300);
        assertThat(value).isLessThan(1e-2); // from 1e6
        for (int i = 0; i < n; i++) {
            assertThat(x[i]).as("coordinate %d after %d calls", i, calls[0]).isCloseTo(i, within(0.1));
        }
    }

    @Test
    void aStepThatIsTooLongIsShortened() {
        double[] x = {0.9};
        // sqrt(1 + 100 x²) is nearly |10 x|: the quadratic model overshoots far.
        Lbfgs.minimise(
                (at, gradient) -> {
                    double value = Math.sqrt(1 + 100 * at[0] * at[0]);
                    gradient[0] = 100 * at[0] / value;
                    return value;
                },
                x,
                50);
        assertThat(x[0]).isCloseTo(0, within(1e-3));
    }

    @Test
    void iterationsAreLimited() {
        double[] x = {1000};
        Lbfgs.minimise(
                (at, gradient) -> {
                    gradient[0] = at[0];
                    return 0.5 * at[0] * at[0];
                },
                x,
                1);
        assertThat(x[0]).isCloseTo(999, within(1e-9)); // one step of length 1, for lack of a model
    }

    @Test
    void aStartAtTheMinimumStaysThere() {
        double[] x = {0};
        Lbfgs.minimise(
                (at, gradient) -> {
                    gradient[0] = 2 * at[0];
                    return at[0] * at[0];
                },
                x,
                10);
        assertThat(x[0]).isZero();
    }
}
