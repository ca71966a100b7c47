package io.halflight.recipe;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the recipe of a resumed run with the one it was started with. */
final class RecipeChange {
    /** Where a run computes may change; what it computes may not. */
    private static final List<String> ALLOWED = List.of("device", "threads");

    private RecipeChange() {}

    /**
     * Refuses any other change. A key that the run's version of Halflight did not have counts with its default, which
     * keeps what was done before there was the key.
     *
     * @param before the file that the run was started with
     * @throws HalflightException naming the keys with both values
     */
    static void check(Path before, String after, Path directory) {
        Map<String, String> old =
                flat(RecipeReader.read(before.toString(), List.of()).text());
        Map<String, String> now = flat(after);
        List<String> changes = new ArrayList<>();
        now.forEach((key, value) -> {
            if (!ALLOWED.contains(key) && !value.equals(old.get(key))) {
                changes.add(key + " was " + old.getOrDefault(key, "absent") + " and is now " + value);
            }
        });
        old.keySet().stream().filter(key -> !now.containsKey(key)).forEach(key -> changes.add(key + " is gone"));
        if (!changes.isEmpty()) {
            throw HalflightException.usage("The run in " + directory + " was started with another recipe: "
                    + String.join("; ", changes) + ". Resume it without these changes, or start a new run with --out.");
        }
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
