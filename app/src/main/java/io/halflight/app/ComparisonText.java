package io.halflight.app;

import io.halflight.eval.PairedBootstrap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs side by side for people: accuracy, and the difference to the first with its interval. */
final class ComparisonText {
    private static final int NAME_MIN = 12;

    private ComparisonText() {}

    /** Lines that fit the width where names can be cut; of long paths the end is kept. */
    static List<String> lines(List<CompareCommand.Line> runs, int width) {
        List<String[]> rows = new ArrayList<>();
        for (CompareCommand.Line run : runs) {
            String difference = rows.isEmpty() ? "" : difference(run.beside());
            rows.add(new String[] {run.run() + ", " + run.model(), Text.percent(run.accuracy()), difference});
        }
        int rest = rows.stream()
                .mapToInt(row -> row[1].length() + row[2].length() + 4)
                .max()
                .orElse(0);
        int names = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0);
        int room = Math.max(NAME_MIN, Math.min(names, width - rest));
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            String name = row[0].length() <= room ? row[0] : "..." + row[0].substring(row[0].length() - room + 3);
            lines.add(
                    ("%-" + room + "s  %s  %s").formatted(name, row[1], row[2]).stripTrailing());
        }
        lines.add("");
        lines.addAll(Text.wrap(
                "%s; differences to the first with their 95%% intervals."
                        .formatted(Text.count(
                                runs.get(0).beside().pictures(), "common test picture", "common test pictures")),
                width));
        return lines;
    }

    private static String difference(PairedBootstrap beside) {
        return String.format(
                Locale.ROOT,
                "%+.1f (%+.1f to %+.1f)%s",
                100 * beside.difference(),
                100 * beside.low(),
                100 * beside.high(),
                beside.isClear() ? "" : " no clear difference");
    }
}
