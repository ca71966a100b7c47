package io.halflight.bench;

import io.halflight.torch.NativeTorch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch;

/** {@code ./halflight bench}: all ratios in one table, or those that are named. */
public final class Bench {
    private static final List<String> NAMES = List.of("augment", "step", "embed");

    private Bench() {}

    /**
     * Measures and prints.
     *
     * @param args names of what to measure; none for all
     */
    public static void main(String[] args) {
        List<String> names = args.length == 0 ? NAMES : List.of(args);
        for (String name : names) {
            if (!NAMES.contains(name)) {
                System.err.println("There is no benchmark '" + name + "'; there are " + String.join(", ", NAMES) + ".");
                System.exit(2);
            }
        }
        NativeTorch.load();
        NativeTorch.threads(NativeTorch.physicalCores());
        Path peers = Path.of(System.getProperty("halflight.home", "."), "bench", "peers");
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            System.err.println("Measuring " + name + "...");
            rows.addAll(
                    switch (name) {
                        case "augment" -> Views.rows(peers);
                        case "step" -> Steps.rows(256, 5);
                        default -> Embeddings.rows(8, 5, 0.25);
                    });
        }
        print(System.out, rows);
    }

    static void print(PrintStream out, List<Row> rows) {
        out.printf(
                Locale.ROOT,
                "%s, %d cores, %d engine threads, Java %s%n%n",
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                torch.get_num_threads(),
                System.getProperty("java.version"));
        for (Row row : rows) {
            out.println(row.what());
            out.println("    " + row.here() + "   " + row.beside());
            out.println(
                    Double.isFinite(row.ratio())
                            ? String.format(
                                    Locale.ROOT,
                                    "    ratio %.2f, to reach %.2f%s",
                                    row.ratio(),
                                    row.reach(),
                                    row.isReached() ? "" : ": not reached")
                            : String.format(Locale.ROOT, "    no ratio, to reach %.2f", row.reach()));
        }
    }
}
