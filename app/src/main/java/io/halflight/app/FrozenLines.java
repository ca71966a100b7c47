package io.halflight.app;

import io.halflight.eval.FrozenSuite;
import io.halflight.recipe.RunResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What pretrained encoders are worth as they are; with the protocols where a run has nothing else to show. */
final class FrozenLines {
    private FrozenLines() {}

    /** Lines below the table of classifiers, none longer than {@code width} but for a single word. */
    static List<String> of(RunResult result, int width) {
        List<String> lines = new ArrayList<>();
        for (RunResult.Frozen encoder : result.frozen()) {
            if (encoder.figures().isEmpty()) {
                lines.add(encoder.title() + ": no labelled pictures or no test pictures to judge the encoder with.");
                continue;
            }
            Map<String, Double> figures = new LinkedHashMap<>();
            encoder.figures().forEach(figure -> figures.put(figure.name(), figure.accuracy()));
            lines.addAll(Text.wrap(
                    "%s in %s, encoder frozen: %s"
                            .formatted(encoder.title(), Text.duration(encoder.seconds()), Figures.line(figures)),
                    width));
            if (result.rows().isEmpty()) {
                for (FrozenSuite.Figure figure : encoder.figures()) {
                    String name = Figures.line(Map.of(figure.name(), figure.accuracy()));
                    lines.addAll(Text.wrap("  " + name + ": " + figure.protocol(), width));
                }
            }
        }
        return lines;
    }
}
