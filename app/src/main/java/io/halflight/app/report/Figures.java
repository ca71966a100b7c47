package io.halflight.app.report;

import java.util.Locale;

/** Numbers as the page prints them, the same in every locale. Numbers that are not there print as a dash. */
final class Figures {
    static final String NONE = "\u2013";
    private static final String SPACE = "\u00a0"; // keeps a number and its unit on one line
    private static final String MINUS = "\u2212";

    private Figures() {}

    /** {@code 79.1 %} for 0.791. */
    static String percent(double share) {
        return Double.isFinite(share) ? format("%.1f", 100 * share) + SPACE + "%" : NONE;
    }

    /** {@code 79 %} for 0.791. */
    static String wholePercent(double share) {
        return Double.isFinite(share) ? format("%.0f", 100 * share) + SPACE + "%" : NONE;
    }

    /** {@code 0.14 %} for 0.0014: two digits that count, however small the share. */
    static String smallPercent(double share) {
        return share >= 0.1 || share == 0
                ? wholePercent(share)
                : plain(Double.parseDouble(format("%.1e", 100 * share))) + SPACE + "%";
    }

    /** {@code +13.2} for a difference of 0.132. */
    static String points(double difference) {
        if (!Double.isFinite(difference)) {
            return NONE;
        }
        String size = format("%.1f", Math.abs(100 * difference));
        return size.equals("0.0") ? "\u00b10.0" : (difference < 0 ? MINUS : "+") + size;
    }

    /** {@code 10,000}. */
    static String count(double n) {
        return Double.isFinite(n) ? format("%,.0f", n) : NONE;
    }

    /** {@code 300 k}, {@code 11.2 M}. */
    static String magnitude(double n) {
        if (!Double.isFinite(n) || n < 10_000) {
            return count(n);
        }
        return n < 999_500 ? format("%.0f", n / 1e3) + SPACE + "k" : format("%.1f", n / 1e6) + SPACE + "M";
    }

    /** Four digits that count, without an exponent where that is short: {@code 0.0312}, {@code 812}, {@code 5.1}. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e7)) {
            return format("%.2e", value).replace("-", MINUS);
        }
        int decimals = size == 0 ? 0 : Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        String text = format("%." + decimals + "f", value);
        String trimmed = text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
        return (trimmed.startsWith("-") ? MINUS + trimmed.substring(1) : trimmed);
    }
    /** {@code 4.812}, and fewer decimals from 100 on. */
    static String loss(double loss) {
        return Double.isFinite(loss)
                ? format(Math.abs(loss) < 100 ? "%.3f" : "%.1f", loss).replace("-", MINUS)
                : NONE;
    }

    /** {@code 42 s}, {@code 6 min 12 s}, {@code 1 h 02 min}. */
    static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return NONE;
        }
        long s = Math.max(0, Math.round(seconds));
        if (s < 60) {
            return seconds < 9.95 ? format("%.1f", seconds) + SPACE + "s" : s + SPACE + "s";
        }
        return s < 3600
                ? s / 60 + SPACE + "min" + SPACE + s % 60 + SPACE + "s"
                : s / 3600 + SPACE + "h" + SPACE + format("%02d", s / 60 % 60) + SPACE + "min";
    }

    /** {@code gradient norm} for {@code gradientNorm}. */
    static String words(String key) {
        return key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
