package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Single values given on the command line: {@code stages.pretrain.epochs=20}, or {@code stages.*.epochs=20} for every stage
 * that has the key.
 */
final class Overrides {
    private static final String EVERY_STAGE = "stages.*.";

    private Overrides() {}

    static Setting.Group apply(Setting.Group settings, String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw HalflightException.usage(
                    "--set " + override + " has no value; write it as --set stages.pretrain.epochs=20.");
        }
        String path = override.substring(0, equals).strip();
        String text = override.substring(equals + 1).strip();
        if (!path.startsWith(EVERY_STAGE)) {
            return replace(settings, path, List.of(path.split("\\.")), 0, text);
        }
        List<String> keys = List.of(path.substring(EVERY_STAGE.length()).split("\\."));
        Setting.Group result = settings;
        boolean found = false;
        for (String stage : stages(settings).children().keySet()) {
            if (has(stages(settings).children().get(stage), keys)) {
                String one = "stages." + stage + "." + String.join(".", keys);
                result = replace(result, one, List.of(one.split("\\.")), 0, text);
                found = true;
            }
        }
        if (!found) {
            throw HalflightException.usage(
                    "--set " + path + ": no stage has the key " + String.join(".", keys) + "; the stages are "
                            + String.join(", ", stages(settings).children().keySet()) + ".");
        }
        return result;
    }

    private static Setting.Group stages(Setting.Group settings) {
        return settings.children().get("stages") instanceof Setting.Group group ? group : Setting.Group.empty("");
    }

    private static boolean has(@Nullable Setting setting, List<String> keys) {
        if (keys.isEmpty() || setting == null) {
            return setting instanceof Setting.Scalar;
        }
        return setting instanceof Setting.Group group
                && has(group.children().get(keys.get(0)), keys.subList(1, keys.size()));
    }

    private static Setting.Group replace(Setting.Group group, String path, List<String> keys, int depth, String text) {
        String key = keys.get(depth);
        Setting old = group.children().get(key);
        if (old == null) {
            String below = depth == 0 ? "a recipe" : String.join(".", keys.subList(0, depth));
            throw HalflightException.usage("--set %s: there is no key %s%s; %s has %s."
                    .formatted(
                            path,
                            key,
                            Nearest.hint(key, group.children().keySet()),
                            below,
                            String.join(", ", group.children().keySet())));
        }
        boolean last = depth == keys.size() - 1;
        if (last != old instanceof Setting.Scalar) {
            throw HalflightException.usage("--set %s: %s %s."
                    .formatted(
                            path,
                            String.join(".", keys.subList(0, depth + 1)),
                            last ? "is a group of keys; name one of them" : "is one value and has no keys"));
        }
        Map<String, Setting> children = new LinkedHashMap<>(group.children());
        children.put(
                key,
                last
                        ? new Setting.Scalar(text, !text.matches("[\\w.+-]+"), "--set " + path, old.comment())
                        : replace((Setting.Group) old, path, keys, depth + 1, text));
        return new Setting.Group(children, group.where(), group.comment());
    }
}
