package io.halflight.recipe;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.halflight.HalflightException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;

/** Fills records from settings: the component {@code learningRate} takes the key {@code learning_rate}. */
final class Binder {
    private Binder() {}

    /**
     * Builds a record from a group that holds a setting for each of its components.
     *
     * @param path of the group within the recipe, for messages
     * @throws HalflightException naming line and key, if a value has the wrong form or the record refuses it
     */
    static <R extends Record> R bind(Setting.Group group, String path, Class<R> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = key(components[i].getName());
            Setting setting = group.children().get(key);
            String childPath = path.isEmpty() ? key : path + "." + key;
            if (setting == null) {
                throw HalflightException.usage(group.where() + ": " + childPath + " is missing.");
            }
            values[i] = value(setting, childPath, components[i].getType());
        }
        return construct(group, path, type, components, values);
    }

    static String key(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static Object value(Setting setting, String path, Class<?> type) {
        if (type.isRecord()) {
            if (setting instanceof Setting.Group group) {
                return bind(group, path, type.asSubclass(Record.class));
            }
            throw expected(setting, path, "a group of keys");
        }
        if (!(setting instanceof Setting.Scalar scalar)) {
            throw expected(setting, path, "one value");
        }
        String text = scalar.text().strip();
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            } else if (type == long.class) {
                return Long.parseLong(text);
            } else if (type == double.class) {
                return finite(text);
            }
        } catch (NumberFormatException e) {
            throw expected(setting, path, type == double.class ? "a number" : "a whole number");
        }
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw expected(setting, path, "true or false");
            }
            return text.equals("true");
        }
        return type.isEnum() ? constant(setting, path, text, type) : text;
    }

    private static double finite(String text) {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    private static Object constant(Setting setting, String path, String text, Class<?> type) {
        Object[] constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .filter(c -> spelled(c).equals(text))
                .findFirst()
                .orElseThrow(() -> expected(
                        setting,
                        path,
                        "one of "
                                + Arrays.stream(constants).map(Binder::spelled).collect(joining(", "))));
    }

    private static String spelled(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }

    private static HalflightException expected(Setting setting, String path, String what) {
        String found = setting instanceof Setting.Scalar s ? "'" + s.text() + "'" : "a group of keys";
        return HalflightException.usage("%s: %s is %s, expected %s.".formatted(setting.where(), path, found, what));
    }

    private static <R extends Record> R construct(
            Setting.Group group, String path, Class<R> type, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            Throwable refusal = requireNonNull(e.getCause());
            throw HalflightException.usage(group.where() + ": " + path + ": " + refusal.getMessage() + ".");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be built", e);
        }
    }
}
