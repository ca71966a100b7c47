package io.halflight.torch;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions of 3 x 3 with stride 1 and padding 1 by minimal filtering, F(4 x 4, 3 x 3) of Lavin and Gray (arXiv:1509.09308): the
 * result is cut into tiles of 4 x 4, each of which takes 36 multiplications for a pair of channels instead of 144. For forward passes
 * without gradients on a CPU in float32. The result differs from the direct convolution's by rounding: about 1e-5 of its largest value.
 *
 * <p>How the work is cut depends on shapes alone, so that the result is the same to the bit for any number of threads. The number of
 * pictures is part of them: in a batch too small for this way a picture's result is that of the direct convolution.
 */
public final class Winograd {
    /**
     * What follows the convolution in the same pass over its result.
     *
     * @param plus added, [N, K, H, W]; null for nothing
     * @param relu whether negative values become 0 at the end
     */
    public record Ending(@Nullable Tensor plus, boolean relu) {
        public static final Ending NONE = new Ending(null, false);
        public static final Ending RELU = new Ending(null, true);

        /** ReLU of the sum with a shortcut. */
        public static Ending joined(Tensor shortcut) {
            return new Ending(shortcut, true);
        }
    }

    private static final int SEEN = WinogradLine.SEEN;
    private static final int PLANES = SEEN * SEEN;

    /** Where the saved multiplications outweigh transforms of short lines and narrow products. */
    private static final int LEAST_CHANNELS = 64;

    private static final int LEAST_LINE = 256; // floats

    /** Tiles times channels: 384 tiles of 64, 48 of 512, where it begins to be faster on two cores. */
    private static final int LEAST_WORK = 24 << 10;

    /** Values of a picture's widest map, a quarter of a gigabyte: parts are found by int. */
    private static final long MOST_VALUES = 1L << 26;

    /** Floats that may lie between the transforms, 20 MB: they should pass through a cache. */
    private static final int BETWEEN = 5 << 20;

    /** Tiles in a product at least: below, reading the kernel takes its share. */
    private static final int LEAST_PRODUCT = 256;

    /** Lines of tiles that one task transforms at most; two of a line's six rows are those of the line above. */
    private static final int MOST_LINES = 8;

    /** Tasks of each thread, so that one that is late is not waited for. */
    private static final int TASKS = 3;

    private static final float[] G = {
        1 / 4f, 0, 0, //
        -1 / 6f, -1 / 6f, -1 / 6f, //
        -1 / 6f, 1 / 6f, -1 / 6f, //
        1 / 24f, 1 / 12f, 1 / 6f, //
        1 / 24f, -1 / 12f, 1 / 6f, //
        0, 0, 1
    };

    private final Tensor x;
    private final Tensor kernel;
    private final @Nullable Tensor plus;
    private final boolean relu;
    private final Tensor y;
    private final int height;
    private final int width;
    private final int in;
    private final int out;
    private final int down; // lines of tiles in a picture
    private final int across; // tiles in a line
    private final int lines; // of all pictures
    private final int together; // lines in one product
    private final Tensor seen; // [planes, tiles, in]
    private final Tensor products; // [planes, tiles, out]
    private final WinogradLine[] workers;

    private Winograd(Tensor pictures, Tensor kernel, @Nullable Tensor bias, Ending ending) {
        this.kernel = kernel;
        relu = ending.relu;
        plus = ending.plus == null ? null : ending.plus.contiguous(MemoryFormat.ChannelsLast);
        x = pictures.contiguous(MemoryFormat.ChannelsLast);
        height = (int) x.size(2);
        width = (int) x.size(3);
        in = (int) kernel.size(1);
        out = (int) kernel.size(2);
        down = tiles(height);
        across = tiles(width);
        if (plus != null && !Arrays.equals(plus.shape(), new long[] {x.size(0), out, height, width})) {
            throw new IllegalArgumentException("cannot add %s to %d results of %d x %d x %d"
                    .formatted(Arrays.toString(plus.shape()), x.size(0), out, height, width));
        }
        lines = Math.toIntExact(x.size(0) * down);
        int tiles = Math.max(LEAST_PRODUCT, BETWEEN / (PLANES * (in + out)));
        together = Math.min(lines, (tiles + across - 1) / across);
        y = Tensors.empty(ScalarType.Float, new long[] {x.size(0), height, width, out});
        seen = Tensors.empty(ScalarType.Float, new long[] {PLANES, (long) together * across, in});
        products = Tensors.empty(ScalarType.Float, new long[] {PLANES, (long) together * across, out});
        float[] added = bias == null ? new float[out] : Tensors.toFloats(bias);
        workers = Stream.generate(() -> new WinogradLine(height, width, in, added))
                .limit(Math.min(torch.get_num_threads(), PLANES))
                .toArray(WinogradLine[]::new);
    }

    private static int tiles(long side) {
        return (int) ((side + WinogradLine.TILE - 1) / WinogradLine.TILE);
    }

    /**
     * Whether this way is the faster one.
     *
     * @param x [N, C, H, W]
     * @param weight [K, C, 3, 3] of a convolution with stride 1, padding 1 and one group
     */
    public static boolean suits(Tensor x, Tensor weight) {
        if (x.dim() != 4 || x.size(1) != weight.size(1)) {
            return false; // the engine says what is wrong
        }
        if (!x.is_cpu() || x.scalar_type().intern() != ScalarType.Float || Autocast.isOn(x.device())) {
            return false;
        }
        long tiles = (long) tiles(x.size(2)) * tiles(x.size(3));
        long channels = Math.min(weight.size(0), weight.size(1));
        boolean filled = 2 * tiles * WinogradLine.TILE * WinogradLine.TILE <= 3 * x.size(2) * x.size(3);
        return filled
                && x.size(0) * tiles * channels >= LEAST_WORK
                && channels >= LEAST_CHANNELS
                && tiles(x.size(3)) * channels >= LEAST_LINE
                && x.size(2) * x.size(3) * Math.max(weight.size(0), weight.size(1)) <= MOST_VALUES;
    }

    /** G g G^T for each pair of channels: [K, C, 3, 3] to [36, C, K]. */
    public static Tensor kernel(Tensor weight) {
        float[] both = new float[PLANES * 9]; // the Kronecker product of G with itself, [36, 9]
        for (int i = 0; i < both.length; i++) {
            int plane = i / 9;
            both[i] = G[plane / SEEN * 3 + i % 9 / 3] * G[plane % SEEN * 3 + i % 3];
        }
        return Tensors.resultOf(() -> {
            Tensor taps = weight.permute(2, 3, 1, 0).reshape(9, -1); // [9, C K]
            try (SerialBlas serial = SerialBlas.open()) {
                return Tensors.floats(both, PLANES, 9).mm(taps).view(PLANES, weight.size(1), weight.size(0));
            }
        });
    }

    /**
     * The convolution.
     *
     * @param x [N, C, H, W]
     * @param kernel from {@link #kernel}
     * @param bias [K], null for none
     * @return [N, K, H, W], channels last
     */
    public static Tensor convolve(Tensor x, Tensor kernel, @Nullable Tensor bias, Ending ending) {
        return Tensors.resultOf(() -> new Winograd(x, kernel, bias, ending).result());
    }

    private Tensor result() {
        try (SerialBlas serial = SerialBlas.open()) {
            for (int from = 0; from < lines; from += together) {
                part(from, Math.min(lines, from + together));
            }
        }
        return y.permute(0, 3, 1, 2);
    }

    private void part(int from, int to) {
        int first = from / down;
        int pictures = (to - 1) / down + 1 - first;
        FloatBuffer pixels = buffer(x, first, pictures);
        FloatBuffer results = buffer(y, first, pictures);
        FloatBuffer added = plus == null ? null : buffer(plus, first, pictures);
        FloatBuffer transformed = buffer(seen, 0, PLANES);
        FloatBuffer multiplied = buffer(products, 0, PLANES);
        int count = to - from;
        int each = Math.max(1, Math.min(MOST_LINES, count / (TASKS * workers.length)));
        int tasks = (count + each - 1) / each;
        Together.run(workers.length, tasks, (worker, task) -> {
            for (int i = task * each; i < Math.min(count, (task + 1) * each); i++) {
                int line = (from + i) % down;
                int picture = ((from + i) / down - first) * height * width * in;
                boolean follows = i > task * each && line > 0;
                int at = i * across * in;
                workers[worker].transform(pixels, picture, line, follows, transformed, at, together * across * in);
            }
        });
        Together.run(workers.length, PLANES, (worker, plane) -> multiply(plane, (long) count * across));
        Together.run(workers.length, tasks, (worker, task) -> {
            for (int i = task * each; i < Math.min(count, (task + 1) * each); i++) {
                int line = (from + i) % down;
                int picture = ((from + i) / down - first) * height * width * out;
                int at = i * across * out;
                workers[worker].restore(multiplied, at, together * across * out, added, relu, results, picture, line);
            }
        });
    }

    private void multiply(int plane, long tiles) {
        try (PointerScope scope = new PointerScope()) {
            Tensor result = products.select(0, plane).narrow(0, 0, tiles);
            torch.mm_out(result, seen.select(0, plane).narrow(0, 0, tiles), kernel.select(0, plane));
        }
    }

    /** Some of the first dimension's entries. */
    private static FloatBuffer buffer(Tensor tensor, int from, int count) {
        long each = tensor.numel() / tensor.size(0);
        FloatPointer memory = tensor.data_ptr_float();
        return memory.position(from * each).limit((from + count) * each).asBuffer();
    }
}
