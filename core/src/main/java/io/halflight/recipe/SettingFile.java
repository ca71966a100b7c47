package io.halflight.recipe;

import io.halflight.HalflightException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.comments.CommentLine;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads YAML into settings that remember their lines, and writes settings as YAML with a comment on each key. */
final class SettingFile {
    private static final int COMMENT_COLUMN = 31;
    static final int MOST_CHARACTERS = 1_000_000;

    /** A recipe has five levels. */
    private static final int MOST_LEVELS = 32;

    private SettingFile() {}

    /**
     * Reads a document.
     *
     * @param name how messages call it
     * @throws HalflightException naming the line, if it is no YAML of plain nested keys
     */
    static Setting.Group read(String text, String name) {
        LoadSettings settings = LoadSettings.builder()
                .setParseComments(true)
                .setLabel(name)
                .setCodePointLimit(MOST_CHARACTERS)
                .setMaxAliasesForCollections(0)
                .build();
        try {
            checkShape(new Parse(settings).parseString(text), name);
            Node root = new Compose(settings).composeString(text).orElse(null);
            if (root == null) {
                return Setting.Group.empty(name);
            }
            if (setting(root, null, name) instanceof Setting.Group group) {
                return group;
            }
            throw HalflightException.usage(name + " holds a single value; a recipe is a list of keys and values.");
        } catch (MarkedYamlEngineException e) {
            String line =
                    e.getProblemMark().map(m -> " line " + (m.getLine() + 1)).orElse("");
            throw HalflightException.usage(name + line + ": " + e.getProblem() + "; mend the YAML there.");
        } catch (YamlEngineException e) {
            throw HalflightException.usage(name + " is not readable YAML: " + e.getMessage());
        }
    }

    /**
     * Before anything is built: a reference to another place may unfold to any size or into itself, and levels beyond
     * reason would exhaust the stack.
     */
    private static void checkShape(Iterable<Event> events, String name) {
        int level = 0;
        for (Event event : events) {
            level += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            String where = name
                    + event.getStartMark()
                            .map(m -> " line " + (m.getLine() + 1))
                            .orElse("");
            if (event instanceof AliasEvent) {
                throw HalflightException.usage(
                        where + ": a reference (*) has no place in a recipe; write the value out.");
            }
            if (level > MOST_LEVELS) {
                throw HalflightException.usage(
                        "%s: more than %d levels of keys; a recipe has five.".formatted(where, MOST_LEVELS));
            }
        }
    }

    private static Setting setting(Node node, @Nullable Node key, String name) {
        String where = name
                + node.getStartMark().map(m -> " line " + (m.getLine() + 1)).orElse("");
        String comment = comment(node).isEmpty() && key != null ? comment(key) : comment(node);
        if (node instanceof ScalarNode scalar) {
            return new Setting.Scalar(scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN, where, comment);
        }
        if (node instanceof MappingNode mapping) {
            Map<String, Setting> children = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode childKey)) {
                    throw HalflightException.usage(where + ": a key must be a plain word.");
                }
                Setting child = setting(tuple.getValueNode(), childKey, name);
                if (children.put(childKey.getValue(), child) != null) {
                    throw HalflightException.usage(
                            child.where() + ": the key " + childKey.getValue() + " stands twice; keep one.");
                }
            }
            return new Setting.Group(children, where, comment);
        }
        throw HalflightException.usage(where + ": a list has no place in a recipe; use keys and values.");
    }

    private static String comment(Node node) {
        List<CommentLine> lines = node.getInLineComments();
        return lines == null
                ? ""
                : lines.stream().map(l -> l.getValue().strip()).collect(Collectors.joining(" "));
    }

    /** The settings as YAML that {@link #read} takes back. */
    static String write(Setting.Group settings) {
        StringBuilder out = new StringBuilder();
        write(settings, 0, out);
        return out.toString();
    }

    private static void write(Setting.Group group, int depth, StringBuilder out) {
        group.children().forEach((key, value) -> {
            String line = "  ".repeat(depth) + key + ":";
            if (value instanceof Setting.Scalar scalar) {
                line += " " + (scalar.quoted() ? "'" + scalar.text().replace("'", "''") + "'" : scalar.text());
            }
            out.append(line);
            if (!value.comment().isEmpty()) {
                out.append(" ".repeat(Math.max(2, COMMENT_COLUMN - line.length())))
                        .append("# ")
                        .append(value.comment());
            }
            out.append('\n');
            if (value instanceof Setting.Group child) {
                write(child, depth + 1, out);
            }
        });
    }
}
