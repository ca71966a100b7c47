package io.halflight.recipe;

import static java.util.stream.Collectors.groupingBy;

import io.halflight.HalflightException;
import io.halflight.data.PseudoLabel;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which of a classifier's answers are taken for labels. Ties are broken by path, so that they never depend on chance. */
final class LabelChoice {
    static final Comparator<PseudoLabel> BY_PATH = Comparator.comparing(PseudoLabel::path);

    private static final Comparator<PseudoLabel> MOST_CONFIDENT =
            Comparator.comparing(PseudoLabel::confidence).reversed().thenComparing(BY_PATH);

    private LabelChoice() {}

    /** The answers of each class, in the order of the classes given. */
    static Map<String, List<PseudoLabel>> byClass(List<String> classes, List<PseudoLabel> labels) {
        Map<String, List<PseudoLabel>> found = labels.stream().collect(groupingBy(PseudoLabel::label));
        Map<String, List<PseudoLabel>> byClass = new LinkedHashMap<>();
        classes.forEach(name -> byClass.put(name, found.getOrDefault(name, List.of())));
        return byClass;
    }

    /**
     * The answers that are sure enough, the most confident of each class first.
     *
     * @throws HalflightException if there are none
     */
    static Map<String, List<PseudoLabel>> of(RunLabels.Request request, Map<String, List<PseudoLabel>> byClass) {
        Map<String, List<PseudoLabel>> sure = new LinkedHashMap<>();
        byClass.forEach((name, labels) -> sure.put(
                name,
                labels.stream()
                        .filter(label -> label.confidence() >= (float) request.above()) // written down as floats
                        .sorted(MOST_CONFIDENT)
                        .toList()));
        if (sure.values().stream().allMatch(List::isEmpty)) {
            throw nothing(
                    request,
                    "No answer reaches",
                    byClass.values().stream().flatMap(List::stream).toList());
        }
        if (!request.balance()) {
            return sure;
        }
        int fewest = sure.values().stream().mapToInt(List::size).min().orElse(0);
        if (fewest == 0) {
            String none = sure.entrySet().stream()
                    .filter(entry -> entry.getValue().isEmpty())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("");
            throw nothing(
                    request,
                    "--balance leaves nothing, for no answer '" + none + "' reaches",
                    byClass.getOrDefault(none, List.of()));
        }
        sure.replaceAll((name, labels) -> labels.subList(0, fewest));
        return sure;
    }

    private static HalflightException nothing(RunLabels.Request request, String what, List<PseudoLabel> labels) {
        double most = labels.stream().mapToDouble(PseudoLabel::confidence).max().orElse(0);
        String remedy = most == 0
                ? "the classifier never names that class; leave out --balance, or train longer."
                : String.format(
                        Locale.ROOT,
                        "the highest confidence is %.4f. Take a lower one, such as --above %s, or train longer.",
                        most,
                        most >= 0.05
                                ? String.format(Locale.ROOT, "%.2f", Math.floor(most * 20) / 20)
                                : String.format(Locale.ROOT, "%.2g", most / 2));
        return HalflightException.usage("%s --above %s: %s".formatted(what, request.above(), remedy));
    }
}
