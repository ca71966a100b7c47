package io.halflight.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a rate does after its warm-up, in the words of a recipe: a name and, for two of them, shares of all steps.
 *
 * <pre>
 * cosine               half a cosine down to 0
 * cosine-7/16          seven eighths of a quarter wave, down to 0.195
 * constant             stays
 * steps 0.7 0.8 0.9    a tenth after each of these shares of the steps
 * staircase 0.97 0.01  times 0.97 after each hundredth of the steps
 * </pre>
 *
 * @param numbers what stands behind the name
 */
public record ScheduleForm(Name name, List<Double> numbers) {
    /** The forms at choice. */
    public enum Name {
        COSINE("cosine"),
        SLOW_COSINE("cosine-7/16"),
        CONSTANT("constant"),
        STEPS("steps"),
        STAIRCASE("staircase");

        private final String text;

        Name(String text) {
            this.text = text;
        }
    }

    private static final Pattern SPACE = Pattern.compile("\\s+");

    public ScheduleForm {
        numbers = List.copyOf(numbers);
        boolean fits = switch (name) {
            case COSINE, SLOW_COSINE, CONSTANT -> numbers.isEmpty();
            case STEPS -> !numbers.isEmpty();
            case STAIRCASE -> numbers.size() == 2;
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    switch (name) {
                        case STEPS -> "schedule steps wants shares of the steps, such as 'steps 0.7 0.8 0.9'";
                        case STAIRCASE ->
                            "schedule staircase wants a factor and a share of the steps, such as 'staircase 0.97 0.01'";
                        default -> "schedule " + name.text + " takes no numbers, got " + numbers;
                    });
        }
    }

    /**
     * Reads a recipe's text.
     *
     * @throws IllegalArgumentException saying what is wrong with it and what there is
     */
    public static ScheduleForm parse(String text) {
        String[] words = SPACE.split(text.strip(), -1);
        for (Name name : Name.values()) {
            if (name.text.equals(words[0])) {
                List<Double> numbers = new ArrayList<>();
                for (int i = 1; i < words.length; i++) {
                    numbers.add(number(words[i], text));
                }
                ScheduleForm form = new ScheduleForm(name, numbers);
                form.of(1, 0, 1); // its numbers are checked where they are used
                return form;
            }
        }
        throw new IllegalArgumentException("schedule is '" + text
                + "', expected cosine, cosine-7/16, constant, 'steps 0.7 0.8 0.9' or 'staircase 0.97 0.01'");
    }

    private static double number(String word, String text) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("schedule is '" + text + "', and '" + word + "' is no number", e);
        }
    }

    /**
     * The rates of a run.
     *
     * @param peak from 0
     * @param warmupSteps steps of a linear rise from 0
     * @param totalSteps all steps of the run, the warm-up included
     */
    public Schedule of(double peak, long warmupSteps, long totalSteps) {
        return switch (name) {
            case COSINE -> new CosineSchedule(peak, warmupSteps, totalSteps);
            case SLOW_COSINE -> new SlowCosineSchedule(peak, warmupSteps, totalSteps);
            case CONSTANT -> new ConstantSchedule(peak, warmupSteps);
            case STEPS -> new StepSchedule(peak, warmupSteps, totalSteps, numbers);
            case STAIRCASE -> new StaircaseSchedule(peak, warmupSteps, totalSteps, numbers.get(0), numbers.get(1));
        };
    }
}
