package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;

/** Refuses keys that the defaults do not have. */
final class Known {
    private Known() {}

    static void check(Setting.Group known, Setting.Group own, String path) {
        own.children().forEach((key, value) -> {
            String childPath = path.isEmpty() ? key : path + "." + key;
            Setting match = known.children().get(key);
            if (match == null) {
                throw HalflightException.usage("%s: there is no key %s%s; %s has %s."
                        .formatted(
                                value.where(),
                                childPath,
                                Nearest.hint(key, known.children().keySet()),
                                path.isEmpty() ? "a recipe" : path,
                                String.join(", ", known.children().keySet())));
            }
            if (match instanceof Setting.Group group && value instanceof Setting.Group child) {
                check(group, child, childPath);
            } else if (match instanceof Setting.Group != value instanceof Setting.Group) {
                throw HalflightException.usage("%s: %s %s."
                        .formatted(
                                value.where(),
                                childPath,
                                match instanceof Setting.Group
                                        ? "is a group of keys, not one value"
                                        : "is one value, not a group of keys"));
            }
        });
    }
}
