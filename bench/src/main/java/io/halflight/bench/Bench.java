package io.halflight.bench;

import io.halflight.torch.NativeTorch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code ./halflight bench}: all ratios in one table, or those that are named. {@code guard} takes small forms of the ratios between our own
 * figures, for machines that others share, and fails where one is far from what it should be.
 */
public final class Bench {
    private static final List<String> ALL = List.of("augment", "step", "device", "embed", "run", "start");
    private static final List<String> NAMES = List.of("augment", "step", "device", "embed", "run", "start", "guard");

    /** What is measured of whole processes from outside. */
    private static final List<String> PROCESSES = List.of("run", "start");

    /** Behind {@code step}: bfloat16 is measured even where it is emulated. */
    private static final String PRECISION = "--precision";

    private static final int ROUNDS = 5;
    private static final int TIMED_STEPS = 40;

    /** What the guard lets pass: a step at least this fast beside the bare loop, embedding beside the plain forward pass. */
    private static final double LEAST_STEP = 0.8;

    private static final double LEAST_EMBED = 0.9;

    private Bench() {}

    /**
     * Measures and prints.
     *
     * @param args names of what to measure, none for all; {@value #PRECISION}
     */
    public static void main(String[] args) {
        boolean emulated = List.of(args).contains(PRECISION);
        List<String> given =
                Stream.of(args).filter(arg -> !arg.equals(PRECISION)).toList();
        List<String> names = given.isEmpty() ? ALL : given;
        for (String name : names) {
            if (!NAMES.contains(name)) {
                System.err.println("There is no benchmark '" + name + "'; there are " + String.join(", ", NAMES) + ".");
                System.exit(2);
            }
        }
        Path home = Path.of(System.getProperty("halflight.home", "."));
        Launch launch = new Launch(home, NativeTorch.physicalCores());
        List<Row> rows = new ArrayList<>();
        for (String name : processesFirst(names)) {
            System.err.println("Measuring " + name + "...");
            if (!PROCESSES.contains(name)) {
                NativeTorch.threads(NativeTorch.physicalCores());
            }
            rows.addAll(
                    switch (name) {
                        case "augment" -> augment(home.resolve("bench").resolve("peers"));
                        case "step" -> steps(emulated);
                        case "device" -> DeviceSteps.onCuda(ROUNDS);
                        case "embed" -> embed();
                        case "run" -> WholeRun.rows(launch, TIMED_STEPS);
                        case "start" -> Starts.rows(launch, ROUNDS);
                        default -> guard();
                    });
        }
        NativeTorch.threads(NativeTorch.physicalCores());
        print(System.out, rows, Limits.measure());
        if (names.contains("guard") && rows.stream().anyMatch(row -> row.ratio() < row.reach())) {
            System.exit(1);
        }
    }

    /**
     * Those of whole processes come before this one has opened the engine: pages that it shared with them would count half, 35 MB less for
     * ours.
     */
    private static List<String> processesFirst(List<String> names) {
        return Stream.concat(
                        names.stream().filter(PROCESSES::contains),
                        names.stream().filter(name -> !PROCESSES.contains(name)))
                .toList();
    }

    private static List<Row> steps(boolean emulated) {
        List<Row> rows = new ArrayList<>(Steps.rows(256, ROUNDS, 1 / 1.02));
        rows.add(DeviceSteps.precision(ROUNDS, emulated));
        return rows;
    }

    private static List<Row> embed() {
        List<Row> rows = new ArrayList<>(Embeddings.rows(8, ROUNDS, 0.25, 1.5));
        rows.addAll(Embeddings.rows(8, ROUNDS, 1, 1.5));
        return rows;
    }

    private static List<Row> augment(Path peers) {
        List<Row> rows = new ArrayList<>(Views.rows(peers));
        rows.addAll(DeviceBatches.rows(ROUNDS));
        return rows;
    }

    private static List<Row> guard() {
        List<Row> rows = new ArrayList<>(Steps.rows(32, ROUNDS, LEAST_STEP));
        rows.addAll(Embeddings.rows(2, ROUNDS, 0.25, LEAST_EMBED));
        return rows;
    }

    static void print(PrintStream out, List<Row> rows, Limits limits) {
        out.printf(
                Locale.ROOT,
                "%s, %d cores, %d engine threads, Java %s, allocator %s%nat best: matrix product %,.0f GFLOP/s, copy %.1f GB/s%n%n",
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                torch.get_num_threads(),
                System.getProperty("java.version"),
                allocator(),
                limits.gigaflops(),
                limits.gigabytes());
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

    private static String allocator() {
        String preloaded = System.getenv().getOrDefault("LD_PRELOAD", "");
        return preloaded.isEmpty()
                ? "of the system"
                : String.valueOf(Path.of(preloaded).getFileName());
    }
}
