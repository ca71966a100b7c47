package io.halflight.augment;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * {@link HsvNoise} for a whole batch.
 *
 * <p>A chroma below 2e-6 counts as none. Channels that are equal in a picture may differ in the last bit after the matrix
 * products of {@link BatchResizer}, and a power of 1/4 would make a visible, arbitrary hue of that: 4 grey levels of 1e-7.
 */
final class BatchHsvNoise {
    private static final double NO_CHROMA = 2e-6;

    /** Numbers in a row of draws: the turn, then exponent, scale and shift of saturation and of value. */
    static final int DRAWS = 7;

    private static final int SATURATION = 1;
    private static final int VALUE = 4;

    private final Tensor draws;
    private final int first;

    /**
     * With what was drawn.
     *
     * @param draws [n, columns]
     * @param first column
     */
    BatchHsvNoise(Tensor draws, int first) {
        this.draws = draws;
        this.first = first;
    }

    static void write(HsvNoise noise, float[] out, int offset) {
        out[offset] = noise.turn();
        write(noise.saturation(), out, offset + SATURATION);
        write(noise.value(), out, offset + VALUE);
    }

    private static void write(HsvNoise.Curve curve, float[] out, int offset) {
        out[offset] = curve.exponent();
        out[offset + 1] = curve.scale();
        out[offset + 2] = curve.shift();
    }

    /** In place; x is [n, channels, plane] with values in [0, 1]. */
    void apply(Tensor x) {
        try (PointerScope scope = new PointerScope()) {
            if (x.size(1) == 1) {
                curve(x, VALUE);
                return;
            }
            Tensor high = x.amax(new long[] {1}, true); // [n, 1, plane]
            Tensor low = x.amin(new long[] {1}, true);
            Tensor chroma = high.sub(low);
            chroma.mul_(chroma.ge(new Scalar(NO_CHROMA)));
            Tensor angle = angle(x, high, low, chroma);
            Tensor saturation = chroma.div(high.clamp_min(new Scalar(1e-30)));
            curve(saturation, SATURATION);
            curve(high, VALUE);
            for (int c = 0; c < 3; c++) {
                channel(angle, saturation, high, c == 0 ? 0.0 : c == 1 ? -2.0 : 2.0, x.narrow(1, c, 1));
            }
        }
    }

    /** The turned hue in sixths of a circle; that of red where there is no chroma. */
    private Tensor angle(Tensor x, Tensor high, Tensor low, Tensor chroma) {
        Tensor green = x.narrow(1, 1, 1);
        Tensor blue = x.narrow(1, 2, 1);
        Tensor side = green.ge(blue).mul(new Scalar(2.0)).sub_(new Scalar(1.0));
        Tensor distance = high.sub(x.narrow(1, 0, 1)).add_(green.sub(low)).add_(blue.sub(low));
        distance.mul_(chroma.gt(new Scalar(0.0))).div_(chroma.clamp_min(new Scalar(1e-30)));
        return distance.mul_(side).add_(column(0).mul(new Scalar(6.0)));
    }

    /** See {@link HsvNoise}. */
    private static void channel(Tensor angle, Tensor saturation, Tensor value, double shift, Tensor out) {
        try (PointerScope scope = new PointerScope()) {
            Scalar half = new Scalar(3.0);
            Tensor d = angle.add(new Scalar(shift));
            d.abs_().sub_(half).abs_().sub_(half).abs_().sub_(new Scalar(1.0));
            unit(d).mul_(saturation).neg_().add_(new Scalar(1.0)).mul_(value);
            out.copy_(d);
        }
    }

    /** scale * x^exponent + shift in place, clipped to [0, 1]. */
    private void curve(Tensor x, int curve) {
        x.pow_(column(curve)).mul_(column(curve + 1)).add_(column(curve + 2));
        unit(x);
    }

    private static Tensor unit(Tensor x) {
        return x.clamp_(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
    }

    private Tensor column(int index) {
        return BatchResizer.column(draws, first + index);
    }
}
