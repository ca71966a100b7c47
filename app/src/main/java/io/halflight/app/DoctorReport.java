package io.halflight.app;

import io.halflight.data.Preflight;
import io.halflight.recipe.Doctor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What is to be said of a dataset, and of what a recipe will cost on it, line by line. */
final class DoctorReport {
    private static final int MOST_EXAMPLES = 5;
    private static final int MOST_UNREADABLE = 100; // each is to be mended or removed by hand
    private static final int MOST_CLASSES = 20;
    private static final double UNEVEN = 1.5;
    private static final Map<Integer, String> CHANNELS =
            Map.of(1, "grey", 2, "grey with alpha", 3, "colour", 4, "colour with alpha");

    private DoctorReport() {}

    /** The pictures. */
    static List<String> data(Preflight.Report report) {
        List<String> lines = new ArrayList<>();
        lines.add(report.spec());
        lines.add("  pictures    " + Text.count(report.pictures()) + pictures(report));
        lines.add("  size        " + size(report));
        lines.add("  channels    "
                + (report.channels().isEmpty()
                        ? "-"
                        : report.channels().entrySet().stream()
                                .map(entry -> channels(entry.getKey(), entry.getValue(), report.pictures()))
                                .collect(Collectors.joining(", "))));
        unreadable(report, lines);
        duplicates(report, lines);
        classes(report, lines);
        return lines;
    }

    /** The cost of a recipe. */
    static List<String> estimate(Doctor.Estimate estimate) {
        List<String> lines = new ArrayList<>();
        int width = estimate.stages().stream()
                .mapToInt(stage -> stage.stage().length())
                .reduce("together".length(), Math::max);
        lines.add("views of %d x %d pixels, %s".formatted(estimate.size(), estimate.size(), name(estimate.channels())));
        for (Doctor.StageEstimate stage : estimate.stages()) {
            lines.add(row(stage.stage(), width, stage.seconds()) + "  " + Text.count(stage.steps(), "step", "steps"));
        }
        String memory = estimate.memoryBytes() == 0 ? "" : "  " + Text.bytes(estimate.memoryBytes()) + " of memory";
        lines.add(row("together", width, estimate.seconds()) + memory);
        estimate.advice().forEach(advice -> lines.add("! " + advice));
        return lines;
    }

    private static String row(String name, int width, double seconds) {
        return "  " + name + " ".repeat(width - name.length())
                + String.format(Locale.ROOT, "  %8s", Text.duration(seconds));
    }

    private static String pictures(Preflight.Report report) {
        List<String> parts = new ArrayList<>();
        if (report.test() > 0) {
            parts.add(Text.count(report.train()) + " for training, " + Text.count(report.test()) + " for testing");
        }
        if (report.unlabelled() > 0) {
            parts.add(Text.count(report.unlabelled()) + " without a class");
        }
        return parts.isEmpty() ? "" : " (" + String.join("; ", parts) + ")";
    }

    private static String size(Preflight.Report report) {
        Preflight.Extent w = report.width();
        Preflight.Extent h = report.height();
        if (w.min() == w.max() && h.min() == h.max()) {
            return w.max() + " x " + h.max() + " pixels";
        }
        return "%d to %d pixels wide (median %d), %d to %d high (median %d)"
                .formatted(w.min(), w.max(), w.median(), h.min(), h.max(), h.median());
    }

    private static String channels(int channels, int count, int all) {
        return name(channels) + (count == all ? "" : " " + Text.count(count));
    }

    private static String name(int channels) {
        return CHANNELS.getOrDefault(channels, channels + " channels");
    }

    private static void unreadable(Preflight.Report report, List<String> lines) {
        lines.add("  unreadable  " + none(report.unreadable().size()));
        report.unreadable().stream().limit(MOST_UNREADABLE).forEach(picture -> lines.add("    " + picture.reason()));
        if (report.unreadable().size() > MOST_UNREADABLE) {
            lines.add("    and " + Text.count(report.unreadable().size() - MOST_UNREADABLE)
                    + " more; --json names them all");
        }
    }

    /** Those that spoil a figure come first: a wrong label, then a test picture that was trained on. */
    private static void duplicates(Preflight.Report report, List<String> lines) {
        List<Preflight.Duplicates> groups = report.duplicates().stream()
                .sorted(Comparator.comparing(Preflight.Duplicates::acrossClasses)
                        .thenComparing(Preflight.Duplicates::acrossParts)
                        .reversed())
                .toList();
        int spare = groups.stream().mapToInt(group -> group.ids().size() - 1).sum();
        long classes =
                groups.stream().filter(Preflight.Duplicates::acrossClasses).count();
        long parts = groups.stream().filter(Preflight.Duplicates::acrossParts).count();
        lines.add("  duplicates  " + none(spare)
                + (classes == 0
                        ? ""
                        : "; " + Text.count(classes, "picture is", "pictures are") + " in two classes or more")
                + (parts == 0
                        ? ""
                        : "; " + Text.count(parts, "picture is", "pictures are") + " for training and testing"));
        for (Preflight.Duplicates group : groups.subList(0, Math.min(MOST_EXAMPLES, groups.size()))) {
            String mark =
                    group.acrossClasses() ? "  (two classes)" : group.acrossParts() ? "  (training and testing)" : "";
            lines.add("    " + group.ids().stream().limit(MOST_EXAMPLES).collect(Collectors.joining(" = ")) + mark);
        }
        more(groups.size(), lines);
    }

    private static void classes(Preflight.Report report, List<String> lines) {
        List<Preflight.ClassCount> classes = report.classes();
        if (classes.isEmpty()) {
            lines.add("  classes     none");
            return;
        }
        String balance = report.imbalance() < UNEVEN
                ? "evenly filled"
                : Double.isInfinite(report.imbalance())
                        ? "one has no training picture"
                        : String.format(
                                Locale.ROOT,
                                "the largest has %.1f times the pictures of the smallest",
                                report.imbalance());
        lines.add("  classes     " + classes.size() + ", " + balance);
        int width = classes.stream().mapToInt(c -> c.name().length()).max().orElse(0);
        classes.stream().limit(MOST_CLASSES).forEach(c -> {
            String test = c.test() == 0 ? "" : " + " + Text.count(c.test()) + " for testing";
            lines.add("    " + c.name() + " ".repeat(width - c.name().length()) + "  " + Text.count(c.train()) + test);
        });
        if (classes.size() > MOST_CLASSES) {
            lines.add("    and " + (classes.size() - MOST_CLASSES) + " more");
        }
    }

    private static String none(int count) {
        return count == 0 ? "none" : Text.count(count);
    }

    private static void more(int count, List<String> lines) {
        if (count > MOST_EXAMPLES) {
            lines.add("    and " + Text.count(count - MOST_EXAMPLES) + " more");
        }
    }
}
