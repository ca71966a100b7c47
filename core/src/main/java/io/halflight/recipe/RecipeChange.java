package io.halflight.recipe;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the recipe of a resumed run with the one it was started with. Where a run computes may change; what it computes may
 * not, but for one thing: a stage that is not finished may have more epochs than it was to have.
 */
final class RecipeChange {
    private static final List<String> ALLOWED = List.of("device", "threads", "recompute");
    private static final String STAGES = "stages";

    private RecipeChange() {}

    /**
     * Refuses any other change. A key that the run's version of Halflight did not have counts with its default, which
     * keeps what was done before there was the key.
     *
     * @param before the file that the run was started with
     * @param directory of the run; its folders tell which stages are finished
     * @return the permitted changes in words, with both values; empty if nothing differs
     * @throws HalflightException naming the keys that may not change, with both values
     */
    static List<String> check(Path before, String after, Path directory) {
        Map<String, String> old =
                flat(RecipeReader.read(before.toString(), List.of()).text());
        Map<String, String> now = flat(after);
        Map<String, Path> epochs = epochKeys(after, directory);
        List<String> permitted = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        now.forEach((key, value) -> {
            String was = old.getOrDefault(key, "absent");
            if (value.equals(was)) {
                return;
            }
            String change = key + " was " + was + " and is now " + value;
            Path stage = epochs.get(key);
            if (ALLOWED.contains(key)) {
                permitted.add(change);
            } else if (stage == null) {
                refused.add(change);
            } else if (FinishedStage.isIn(stage)) {
                refused.add(change + ", but that stage is finished");
            } else if (!isMore(was, value)) {
                refused.add(change + ", which is not more");
            } else {
                permitted.add(change + " (the learning rate follows the longer schedule from here on)");
            }
        });
        old.keySet().stream().filter(key -> !now.containsKey(key)).forEach(key -> refused.add(key + " is gone"));
        if (!refused.isEmpty()) {
            throw HalflightException.usage(
                    ("The run in %s was started with another recipe: %s. A resumed run may have another device, other threads, another"
                                    + " recompute, and more epochs in a stage that is not finished. Resume it without these changes, or start a"
                                    + " new run with --out.")
                            .formatted(directory, String.join("; ", refused)));
        }
        return permitted;
    }

    /** The keys that say how long a stage is, with the stages' folders. */
    private static Map<String, Path> epochKeys(String recipe, Path directory) {
        Map<String, Path> keys = new TreeMap<>();
        if (SettingFile.read(recipe, "recipe.yaml").children().get(STAGES) instanceof Setting.Group stages) {
            int number = 0;
            for (String name : stages.children().keySet()) {
                number++;
                keys.put(
                        STAGES + "." + name + ".epochs",
                        directory.resolve(STAGES).resolve(number + "-" + name));
            }
        }
        return keys;
    }

    private static boolean isMore(String was, String value) {
        return was.matches("\\d{1,9}") && value.matches("\\d{1,9}") && Integer.parseInt(value) > Integer.parseInt(was);
    }

    private static Map<String, String> flat(String text) {
        Map<String, String> flat = new TreeMap<>();
        flatten(SettingFile.read(text, "recipe.yaml"), "", flat);
        return flat;
    }

    private static void flatten(Setting.Group group, String prefix, Map<String, String> into) {
        group.children().forEach((key, value) -> {
            if (value instanceof Setting.Group child) {
                flatten(child, prefix + key + ".", into);
            } else if (value instanceof Setting.Scalar scalar) {
                into.put(prefix + key, scalar.text());
            }
        });
    }
}
