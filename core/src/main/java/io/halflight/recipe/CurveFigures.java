package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which of a recipe's figures become lines of its curve, what has to be trained for them, and where they are found. */
final class CurveFigures {
    private static final Map<String, String> PROBES =
            Map.of("linear", "Linear probe", "knn", "k-NN", "linearSgd", "Linear probe by SGD");

    /**
     * One figure.
     *
     * @param stage that makes the classifier or the encoder
     * @param probe of the encoder; empty for a classifier
     */
    private record Figure(CurveResult.Method method, String stage, String probe) {}

    private final Recipe recipe;
    private final List<Figure> figures;

    /**
     * Settles what is measured.
     *
     * @param only names of figures; empty for every classifier and the linear probe
     * @throws HalflightException if a name is not known
     */
    CurveFigures(Recipe recipe, List<String> only) {
        this.recipe = recipe;
        List<Figure> all = all(recipe);
        List<String> names = all.stream().map(figure -> figure.method().name()).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw HalflightException.usage("--only %s: there is no such figure%s; there are %s."
                        .formatted(name, Nearest.hint(name, names), String.join(", ", names)));
            }
        }
        figures = all.stream()
                .filter(figure -> only.isEmpty()
                        ? figure.probe().isEmpty() || figure.probe().equals("linear")
                        : only.contains(figure.method().name()))
                .toList();
    }

    /** Baselines first, then the encoder as it is, then what is made of it. */
    private static List<Figure> all(Recipe recipe) {
        List<Figure> figures = new ArrayList<>();
        Set<String> titles = new HashSet<>();
        recipe.stages().forEach((name, stage) -> {
            if (stage instanceof StageSettings.Supervised) {
                figures.add(classifier(name, stage, titles));
            }
        });
        long encoders = recipe.stages().values().stream()
                .filter(Pretraining.class::isInstance)
                .count();
        recipe.stages().forEach((name, stage) -> {
            if (stage instanceof Pretraining) {
                for (String probe : List.of("linear", "knn", "linearSgd")) {
                    boolean alone = encoders == 1 && !recipe.stages().containsKey(probe);
                    String title = PROBES.get(probe) + (alone ? "" : ", " + name);
                    figures.add(
                            new Figure(new CurveResult.Method(alone ? probe : name + "." + probe, title), name, probe));
                }
            }
        });
        recipe.stages().forEach((name, stage) -> {
            if (!(stage instanceof Pretraining) && !(stage instanceof StageSettings.Supervised)) {
                figures.add(classifier(name, stage, titles));
            }
        });
        return figures;
    }

    private static Figure classifier(String name, StageSettings stage, Set<String> titles) {
        String title = titles.add(stage.title()) ? stage.title() : stage.title() + ", " + name;
        return new Figure(new CurveResult.Method(name, title), name, "");
    }

    List<CurveResult.Method> methods() {
        return figures.stream().map(Figure::method).toList();
    }

    /** The stages that it takes, with all that they start from. */
    Set<String> stages() {
        Set<String> stages = new LinkedHashSet<>();
        figures.forEach(figure -> add(figure.stage(), stages));
        return stages;
    }

    private void add(String name, Set<String> stages) {
        StageSettings stage = recipe.stages().get(name);
        if (stage == null || !stages.add(name)) {
            return; // there is no stage named none, and none without a name
        }
        if (stage instanceof StageSettings.FineTune s) {
            add(s.from(), stages);
        }
        add(stage.teacher(), stages);
        add(Recipe.initFrom(stage), stages);
    }

    /** All figures of a run that has ended, or none where one of them is missing. */
    List<CurveResult.Point> read(Path directory, int labels, long seed) {
        Map<?, ?> results = results(directory.resolve(Ending.RESULTS));
        List<CurveResult.Point> points = new ArrayList<>();
        for (Figure figure : figures) {
            boolean frozen = !figure.probe().isEmpty();
            Map<?, ?> line = frozen
                    ? line(results.get("frozen"), "stage", figure.stage())
                    : line(results.get("headline"), "name", figure.stage());
            Object protocol = line.get("protocols") instanceof Map<?, ?> protocols
                    ? protocols.get(figure.probe())
                    : line.get("protocol");
            if (!(line.get(frozen ? figure.probe() : "accuracy") instanceof Number accuracy)) {
                return List.of();
            }
            points.add(new CurveResult.Point(
                    labels, seed, figure.method().name(), accuracy.doubleValue(), String.valueOf(protocol)));
        }
        return points;
    }

    private static Map<?, ?> results(Path file) {
        try {
            return Files.exists(file) && Json.parse(Files.readString(file)) instanceof Map<?, ?> map ? map : Map.of();
        } catch (IOException | IllegalArgumentException damaged) {
            return Map.of(); // measured again
        }
    }

    private static Map<?, ?> line(@Nullable Object lines, String key, String name) {
        if (lines instanceof List<?> list) {
            for (Object line : list) {
                if (line instanceof Map<?, ?> map && name.equals(map.get(key))) {
                    return map;
                }
            }
        }
        return Map.of();
    }
}
