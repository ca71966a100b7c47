package io.halflight.app.report;

import java.util.ArrayList;
import java.util.List;

/** Maps values to [0, 1] along an axis. */
record Scale(double low, double high, boolean logarithmic) {
    Scale {
        if (!(low < high) || (logarithmic && low <= 0)) {
            throw new IllegalArgumentException("no axis from " + low + " to " + high);
        }
    }

    /** From exactly one value to another; one unit long if they are the same or not numbers. */
    static Scale exact(double low, double high) {
        return Double.isFinite(low) && high > low && Double.isFinite(high)
                ? new Scale(low, high, false)
                : new Scale(Double.isFinite(low) ? low : 0, (Double.isFinite(low) ? low : 0) + 1, false);
    }

    /** Widened to full steps, about four of them. */
    static Scale round(double low, double high) {
        Scale exact = exact(low, high);
        double step = step(exact.low, exact.high, 4);
        return new Scale(Math.floor(exact.low / step + 1e-9) * step, Math.ceil(exact.high / step - 1e-9) * step, false);
    }

    /** Logarithmic and widened to powers of ten, times 1, 2 or 5; linear from zero if a value is not positive. */
    static Scale logarithmic(double low, double high) {
        if (!(low > 0) || !Double.isFinite(high)) {
            return round(0, high);
        }
        double from = decade(low);
        double to = decade(high);
        from = low >= 5 * from ? 5 * from : low >= 2 * from ? 2 * from : from;
        to = high <= to ? to : high <= 2 * to ? 2 * to : high <= 5 * to ? 5 * to : 10 * to;
        return new Scale(from, Math.max(to, 2 * from), true);
    }

    /** The power of ten at or below a value. */
    private static double decade(double value) {
        return Math.pow(10, Math.floor(Math.log10(value)));
    }

    /** Where a value lies: 0 at the low end, 1 at the high end, not cut off. */
    double at(double value) {
        return logarithmic
                ? Math.log(Math.max(value, low * 1e-3) / low) / Math.log(high / low)
                : (value - low) / (high - low);
    }

    /** Round values within the axis, about as many as wanted. */
    List<Double> ticks(int wanted) {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            double[] factors = high / low > 500 ? new double[] {1} : new double[] {1, 2, 5};
            for (double decade = decade(low); decade <= high * 1.001; decade *= 10) {
                for (double factor : factors) {
                    if (decade * factor >= low * 0.999 && decade * factor <= high * 1.001) {
                        ticks.add(decade * factor);
                    }
                }
            }
            return ticks.size() <= wanted + 3
                    ? ticks
                    : ticks.stream().filter(Scale::isDecade).toList();
        }
        double step = step(low, high, wanted);
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
    /** A tick with as many decimals as the ticks beside it need to differ. */
    String text(double tick, int wanted) {
        if (logarithmic) {
            return Figures.plain(tick);
        }
        double step = step(low, high, wanted);
        int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        double value = Math.abs(tick) < step / 2 ? 0 : tick; // no minus before a zero that rounding left over
        return Figures.format("%,." + decimals + "f", value).replace("-", "\u2212");
    }

    private static boolean isDecade(double value) {
        return Math.abs(Math.log10(value) - Math.rint(Math.log10(value))) < 1e-9;
    }

    private static double step(double low, double high, int wanted) {
        double raw = (high - low) / wanted;
        double decade = decade(raw);
        double lead = raw / decade;
        return decade * (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10);
    }
}
