package io.halflight.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them; the same in every locale, so that output can be compared and searched. */
final class Text {
    private Text() {}

    /** {@code 0:42}, {@code 6:12}, {@code 1:02:33}. */
    static String duration(double seconds) {
        long s = Math.max(0, Math.round(seconds));
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    /** {@code 12,431}. */
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 1 picture}, {@code 12,431 pictures}. */
    static String count(long n, String singular, String plural) {
        return count(n) + " " + (n == 1 ? singular : plural);
    }

    /** {@code 950}, {@code 12 k}, {@code 1.2 M}. */
    static String magnitude(long n) {
        if (n < 1_000) {
            return Long.toString(n);
        }
        if (n < 999_500) {
            return String.format(Locale.ROOT, "%.0f k", n / 1e3);
        }
        return String.format(Locale.ROOT, n < 99_950_000 ? "%.1f M" : "%,.0f M", n / 1e6);
    }

    /** {@code 350 MB}, {@code 1.4 GB}; decimal units. */
    static String bytes(long n) {
        return n < 999_500_000
                ? String.format(Locale.ROOT, "%.0f MB", n / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", n / 1e9);
    }

    /** {@code 61.2%} for 0.612. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** {@code 4.812}, and fewer decimals from 100 on. */
    static String loss(double loss) {
        return String.format(Locale.ROOT, Math.abs(loss) < 100 ? "%.3f" : "%.1f", loss);
    }

    /** The text, or as much of its start as fits. */
    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width));
    }

    /** The text in lines of at most {@code width}, broken at spaces; indented as its start is. A long word stays whole. */
    static List<String> wrap(String text, int width) {
        String indent = " ".repeat(text.length() - text.stripLeading().length());
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(indent);
        for (String word : text.strip().split(" +", -1)) {
            boolean empty = line.toString().isBlank();
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(indent + "  ");
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
