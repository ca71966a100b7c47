package io.halflight.app.report;

import io.halflight.data.PseudoLabel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How often a classifier names each class, beside how often the labels do. */
record PseudoShares(List<ClassShare> classes) {
    /** A class is off where it is named so many times as often as the labels have it, or as rarely. */
    private static final double FACTOR = 2;

    /** Standard errors of a share that chance alone hardly exceeds. */
    private static final double CHANCE = 3;

    private static final int NAMED = 3;

    /**
     * One class.
     *
     * @param count pictures that it is named for
     * @param of how many pictures
     * @param labels share of the given labels; NaN if not known
     * @param confidence mean, NaN if it is never named
     */
    record ClassShare(String name, int count, int of, double labels, double confidence) {
        double share() {
            return (double) count / of;
        }

        boolean isOff() {
            return isOver() || isUnder();
        }

        boolean isOver() {
            return share() > FACTOR * labels && !isChance();
        }

        boolean isUnder() {
            return share() < labels / FACTOR && !isChance();
        }

        private boolean isChance() {
            return Math.abs(share() - labels) < CHANCE * Math.sqrt(labels * (1 - labels) / of);
        }
    }

    static PseudoShares of(RunData data) {
        Fields pictures = data.run().object("data");
        List<String> names = pictures.texts("classes");
        List<Double> labelled =
                pictures.list("labelledPerClass").stream().map(Fields::asNumber).toList();
        double all = labelled.stream().mapToDouble(Double::doubleValue).sum();
        Map<String, List<PseudoLabel>> named = new LinkedHashMap<>();
        names.forEach(name -> named.put(name, new ArrayList<>()));
        data.pseudoLabels()
                .forEach(label -> named.computeIfAbsent(label.label(), name -> new ArrayList<>())
                        .add(label));
        List<ClassShare> classes = new ArrayList<>();
        named.forEach((name, labels) -> classes.add(new ClassShare(
                name,
                labels.size(),
                data.pseudoLabels().size(),
                classes.size() < labelled.size() && all > 0 ? labelled.get(classes.size()) / all : Double.NaN,
                labels.stream().mapToDouble(PseudoLabel::confidence).average().orElse(Double.NaN))));
        return new PseudoShares(classes);
    }

    boolean isEven() {
        return classes.stream().noneMatch(ClassShare::isOff);
    }

    /** Whether classes come up too often or too rarely; empty where no labels are known. */
    String verdict() {
        if (classes.stream().noneMatch(c -> Double.isFinite(c.labels()))) {
            return "";
        }
        if (isEven()) {
            return "No class comes up more than twice, or less than half, as often as among the labels.";
        }
        Comparator<ClassShare> byRatio = Comparator.comparingDouble(c -> c.share() / c.labels());
        String often = told(ClassShare::isOver, byRatio.reversed());
        String rarely = told(ClassShare::isUnder, byRatio);
        return "Compared with the labels, "
                + Stream.of(
                                often.isEmpty() ? "" : "named far too often: " + often,
                                rarely.isEmpty() ? "" : "named far too rarely: " + rarely)
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining("; "))
                + ".";
    }

    private String told(Predicate<ClassShare> which, Comparator<ClassShare> order) {
        return classes.stream()
                .filter(which)
                .sorted(order)
                .limit(NAMED)
                .map(c -> "%s (%s against %s)"
                        .formatted(c.name(), Figures.percent(c.share()), Figures.percent(c.labels())))
                .collect(Collectors.joining(", "));
    }
}
