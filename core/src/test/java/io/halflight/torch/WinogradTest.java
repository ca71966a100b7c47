package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Minimal filtering beside the direct convolution in float64. */
class WinogradTest {
    private static final long SEED = 7;

    private PointerScope scope;
    private NoGradGuard guard;
    private int threads;

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @BeforeEach
    void open() {
        threads = torch.get_num_threads();
        torch.manual_seed(SEED);
        scope = new PointerScope();
        guard = new NoGradGuard();
    }

    @AfterEach
    void close() {
        guard.close();
        scope.close();
        torch.set_num_threads(threads);
    }

    private static Tensor direct(Tensor x, Tensor weight, Tensor bias) {
        TensorOptional added = new TensorOptional(bias.to(ScalarType.Double));
        long[] one = {1, 1};
        return torch.conv2d(x.to(ScalarType.Double), weight.to(ScalarType.Double), added, one, one, one, 1);
    }

    /** The largest difference as a share of the largest value. */
    private static double apart(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).containsExactly(expected.shape());
        Tensor most = actual.to(ScalarType.Double).sub(expected).abs_().max();
        return most.item_double() / expected.abs().max().item_double();
    }

    /** Sides that fill tiles and sides that do not; fewer lines than one product takes, and more. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1",
        "2, 3, 5, 4, 4",
        "3, 5, 3, 7, 9",
        "2, 64, 32, 14, 14",
        "70, 8, 16, 3, 5",
        "2, 16, 8, 1, 33",
        "2, 16, 8, 33, 1",
        "20, 64, 64, 32, 32",
        "300, 256, 8, 4, 4",
        "1, 64, 64, 130, 2"
    })
    void agreesWithTheDirectConvolution(int n, int in, int out, int height, int width) {
        Tensor x = torch.randn(n, in, height, width);
        Tensor weight = torch.randn(out, in, 3, 3);
        Tensor bias = torch.randn(out);
        Tensor kernel = Winograd.kernel(weight.contiguous(MemoryFormat.ChannelsLast));
        assertThat(kernel.shape()).containsExactly(36, in, out);
        Tensor expected = direct(x, weight, bias);
        Tensor actual = Winograd.convolve(x, kernel, bias, Winograd.Ending.NONE);
        assertThat(apart(actual, expected)).as("seed %d", SEED).isLessThan(2e-5);
        assertThat(actual.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();

        Tensor lastFirst = x.contiguous(MemoryFormat.ChannelsLast);
        Tensor same = Winograd.convolve(lastFirst, kernel, bias, Winograd.Ending.NONE);
        assertThat(same.equal(actual))
                .as("the layout of the pictures changes nothing")
                .isTrue();

        Tensor without = Winograd.convolve(x, kernel, null, Winograd.Ending.NONE);
        assertThat(apart(without, expected.sub(bias.view(1, out, 1, 1)))).isLessThan(2e-5);

        Tensor rectified = Winograd.convolve(x, kernel, bias, Winograd.Ending.RELU);
        assertThat(rectified.equal(actual.relu())).isTrue();

        Tensor shortcut = torch.randn(n, out, height, width);
        Tensor joined = Winograd.convolve(x, kernel, bias, Winograd.Ending.joined(shortcut));
        assertThat(joined.equal(actual.add(shortcut).relu())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"20, 64, 64, 32", "5, 64, 128, 14", "12, 64, 64, 64"})
    void theNumberOfThreadsChangesNoBit(int n, int in, int out, int size) {
        Tensor x = torch.randn(n, in, size, size);
        Tensor kernel = Winograd.kernel(torch.randn(out, in, 3, 3));
        torch.set_num_threads(1);
        Tensor alone = Winograd.convolve(x, kernel, null, Winograd.Ending.RELU);
        for (int many : new int[] {2, 3, 7}) {
            torch.set_num_threads(many);
            assertThat(Winograd.convolve(x, kernel, null, Winograd.Ending.RELU).equal(alone))
                    .as("seed %d, %d threads", SEED, many)
                    .isTrue();
        }
    }

    @Test
    void nothingOfAnotherShapeIsAdded() {
        Tensor x = torch.randn(2, 4, 8, 8);
        Tensor kernel = Winograd.kernel(torch.randn(4, 4, 3, 3));
        Winograd.Ending other = Winograd.Ending.joined(torch.randn(1, 4, 8, 8));
        assertThatThrownBy(() -> Winograd.convolve(x, kernel, null, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1, 4, 8, 8]");
    }

    @Test
    void notANumberStaysOne() {
        Tensor x = torch.randn(1, 4, 8, 8);
        x.select(2, 3).fill_(new Scalar(Double.NaN));
        Tensor y = Winograd.convolve(x, Winograd.kernel(torch.randn(4, 4, 3, 3)), null, Winograd.Ending.RELU);
        assertThat(y.isnan().any().item_bool()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "6, 64, 64, 32, 32, true", // 384 tiles
        "5, 64, 64, 32, 32, false",
        "5, 64, 128, 32, 32, false",
        "3, 128, 128, 32, 32, true",
        "48, 128, 128, 7, 7, true",
        "16, 64, 64, 7, 7, false", // 128 floats in a line
        "64, 512, 512, 4, 4, true",
        "64, 64, 64, 5, 5, false", // 4 tiles for 25 pixels
        "500, 64, 64, 2, 2, false",
        "64, 3, 64, 32, 32, false",
        "64, 63, 64, 32, 32, false",
        "64, 64, 32, 32, 32, false",
        "1, 64, 1025, 256, 256, false" // 67 million values
    })
    void isTakenWhereItIsFaster(int n, int in, int out, int height, int width, boolean taken) {
        Tensor x = torch.zeros(n, in, height, width);
        Tensor weight = torch.zeros(out, in, 3, 3);
        assertThat(Winograd.suits(x, weight)).isEqualTo(taken);
        assertThat(Winograd.suits(x.to(ScalarType.Double), weight)).isFalse();
        assertThat(Winograd.suits(x.select(0, 0), weight)).isFalse();
        try (Autocast half = Autocast.of(x.device(), Precision.BF16)) {
            assertThat(Winograd.suits(x, weight)).isFalse();
        }
    }

    @Test
    void nothingStaysBehind() {
        int blas = openblas_nolapack.blas_get_num_threads();
        long before = 0;
        for (int i = 0; i < 30; i++) {
            try (PointerScope inner = new PointerScope()) {
                Tensor kernel = Winograd.kernel(torch.randn(8, 8, 3, 3));
                Winograd.convolve(torch.randn(3, 8, 16, 16), kernel, torch.randn(8), Winograd.Ending.NONE);
            }
            if (i == 9) {
                System.gc(); // what other tests left
                before = Pointer.totalCount();
            }
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        assertThat(openblas_nolapack.blas_get_num_threads()).isEqualTo(blas);
    }
}
