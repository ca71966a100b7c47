package io.halflight.recipe;

import java.util.LinkedHashMap;
import java.util.Map;

/** One value of a recipe as it was written: a scalar or a group of further settings. */
sealed interface Setting {
    /** Where it was written, for messages: {@code mine.yaml line 7}, {@code --set seed}. */
    String where();

    /** What the defaults say about it, without the hash; empty where nothing is said. */
    String comment();

    record Scalar(String text, boolean quoted, String where, String comment) implements Setting {}

    record Group(Map<String, Setting> children, String where, String comment) implements Setting {
        static Group empty(String where) {
            return new Group(new LinkedHashMap<>(), where, "");
        }
    }

    /** These settings with the others laid over them; a comment stays where the newer one has none. */
    static Setting overlay(Setting below, Setting above) {
        String comment = above.comment().isEmpty() ? below.comment() : above.comment();
        if (below instanceof Group b && above instanceof Group a) {
            Map<String, Setting> merged = new LinkedHashMap<>(b.children());
            a.children().forEach((key, value) -> merged.merge(key, value, Setting::overlay));
            return new Group(merged, a.where(), comment);
        }
        return above instanceof Scalar s
                ? new Scalar(s.text(), s.quoted(), s.where(), comment)
                : new Group(((Group) above).children(), above.where(), comment);
    }
}
