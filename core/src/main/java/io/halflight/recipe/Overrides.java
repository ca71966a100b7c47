package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Single values given on the command line: {@code stages.pretrain.epochs=20}. */
final class Overrides {
    private Overrides() {}

    static Setting.Group apply(Setting.Group settings, String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw HalflightException.usage(
                    "--set " + override + " has no value; write it as --set stages.pretrain.epochs=20.");
        }
        String path = override.substring(0, equals).strip();
        return replace(
                settings,
                path,
                List.of(path.split("\\.")),
                0,
                override.substring(equals + 1).strip());
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
