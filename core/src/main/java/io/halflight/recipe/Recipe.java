package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.nn.Recompute;
import io.halflight.torch.Precision;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What to do, with nothing left open but what {@code auto} and 0 leave to the machine and the pictures.
 *
 * @param name the built-in recipe's name, or the file's
 * @param recompute which feature maps training computes again to save memory
 * @param keep which weights of a stage go on to the next
 * @param deliver the stage whose classifier becomes the model bundle; empty for the last one, {@value #BEST} for the one
 *     with the highest validation accuracy
 * @param stages by name, in order
 * @param text the whole recipe as YAML
 */
public record Recipe(
        String name,
        String description,
        long seed,
        String device,
        Precision precision,
        int threads,
        Recompute.Extent recompute,
        Keep keep,
        String deliver,
        DataSettings data,
        Map<String, StageSettings> stages,
        String text) {
    /** Lets the validation pictures choose the stage that is delivered. */
    static final String BEST = "best";

    /** Which weights of a stage go on. */
    public enum Keep {
        /** Those after the last epoch, as the papers do. */
        LAST,
        /** Those with the highest validation accuracy. */
        BEST
    }

    public Recipe {
        if (stages.isEmpty()) {
            throw HalflightException.usage("The recipe " + name + " has no stages; name at least one below 'stages:'.");
        }
        checkOrder(stages);
        if (!deliver.isEmpty() && !deliver.equals(BEST) && !stages.containsKey(deliver)) {
            throw HalflightException.usage(
                    "deliver is '" + deliver + "', but the stages are " + stages.keySet() + "; or take " + BEST + ".");
        }
    }

    /** Whether the validation pictures decide what is delivered, when all stages are done. */
    boolean deliversBest() {
        return deliver.equals(BEST) && !stages.containsKey(BEST);
    }

    /** The stage that is delivered unless {@link #deliversBest}: the last one, or the one that the recipe names. */
    String delivered() {
        return deliver.isEmpty() || deliversBest()
                ? List.copyOf(stages.keySet()).get(stages.size() - 1)
                : deliver;
    }

    /** The largest size that a stage asks for itself; 0 if none does. */
    int largestSize() {
        return stages.values().stream()
                .mapToInt(stage -> stage instanceof StageSettings.FineTune s ? s.size() : 0)
                .max()
                .orElse(0);
    }

    private static void checkOrder(Map<String, StageSettings> stages) {
        List<String> order = List.copyOf(stages.keySet());
        stages.forEach((name, stage) -> {
            List<String> earlier = order.subList(0, order.indexOf(name));
            if (stage instanceof StageSettings.FineTune s && !earlier.contains(s.from())) {
                throw HalflightException.usage(
                        "stages.%s.from is '%s', which is no stage before it: %s.".formatted(name, s.from(), earlier));
            }
            boolean taught = !stage.teacher().isEmpty() || stage instanceof StageSettings.Distill;
            if (taught
                    && (!earlier.contains(stage.teacher())
                            || is(stages, earlier, stage.teacher(), Pretraining.class))) {
                String key = stage instanceof SemiSupervised.Uda ? "filter_by" : "teacher";
                throw HalflightException.usage("stages.%s.%s is '%s', which is no classifier stage before it: %s."
                        .formatted(name, key, stage.teacher(), earlier));
            }
            String initFrom = initFrom(stage);
            if (!initFrom.equals("none") && !earlier.contains(initFrom)) {
                throw HalflightException.usage("stages.%s.init_from is '%s', which is no stage before it: %s."
                        .formatted(name, initFrom, earlier));
            }
        });
    }

    /** The stages whose weights or answers a stage takes over. */
    static List<String> needs(StageSettings stage) {
        String from = stage instanceof StageSettings.FineTune s ? s.from() : "";
        return Stream.of(from, stage.teacher(), initFrom(stage))
                .filter(name -> !name.isEmpty() && !name.equals("none"))
                .distinct()
                .toList();
    }

    /** The stage whose encoder a stage starts from, or {@code none}. */
    static String initFrom(StageSettings stage) {
        if (stage instanceof Taught s) {
            return s.initFrom();
        }
        if (stage instanceof SemiSupervised s) {
            return s.initFrom();
        }
        return stage instanceof StageSettings.Distill s ? s.initFrom() : "none";
    }

    private static boolean is(
            Map<String, StageSettings> stages, List<String> earlier, String name, Class<? extends StageSettings> type) {
        return earlier.contains(name) && type.isInstance(stages.get(name));
    }
}
