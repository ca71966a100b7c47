package io.halflight;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Suggests what a misspelt name may have meant. */
public final class Nearest {
    private Nearest() {}

    /** {@code ", did you mean X"} for a known name at most a third of its letters away, else an empty text. */
    public static String hint(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate -> distance(name, candidate) <= Math.max(1, (candidate.length() + 1) / 3))
                .map(candidate -> ", did you mean " + candidate)
                .orElse("");
    }

    /** Levenshtein's edit distance, ignoring case. */
    private static int distance(String a, String b) {
        String x = a.toLowerCase(Locale.ROOT);
        String y = b.toLowerCase(Locale.ROOT);
        int[] row = new int[y.length() + 1];
        for (int j = 0; j <= y.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= x.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= y.length(); j++) {
                int substituted = diagonal + (x.charAt(i - 1) == y.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[y.length()];
    }
}
