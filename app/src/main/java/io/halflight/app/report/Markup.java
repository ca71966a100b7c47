package io.halflight.app.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * HTML and inline SVG, written element by element. Texts and attribute values are escaped here and nowhere else, so
 * nothing that a run holds (class names, paths, a recipe) can become markup.
 */
final class Markup {
    private static final Set<String> WITHOUT_CONTENT = Set.of("meta", "img", "br");

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();
    private int ids;

    /** Starts an element; attributes are names and values in turn. */
    Markup open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        out.append('>');
        if (!WITHOUT_CONTENT.contains(tag)) {
            open.push(tag);
        }
        return this;
    }

    /** Ends the innermost element, which has to be of the tag given. */
    Markup close(String tag) {
        String innermost = open.pop();
        if (!innermost.equals(tag)) {
            throw new IllegalStateException("</%s> inside <%s>".formatted(tag, innermost));
        }
        out.append("</").append(tag).append('>');
        if (Set.of("p", "tr", "li", "div", "section", "table", "svg", "h2", "h3", "figure")
                .contains(tag)) {
            out.append('\n');
        }
        return this;
    }

    Markup text(String text) {
        escape(text);
        return this;
    }

    /** An element with nothing but text in it. */
    Markup element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /** An element with nothing in it. */
    Markup leaf(String tag, String... attributes) {
        open(tag, attributes);
        return WITHOUT_CONTENT.contains(tag) ? this : close(tag);
    }

    /** The style sheet, which is ours and not escaped. */
    Markup style(String css) {
        out.append("<style>\n").append(css).append("</style>\n");
        return this;
    }

    /** An id that no other element of this page has. */
    String id() {
        return "h" + ++ids;
    }

    String page() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return "<!doctype html>\n" + out;
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
            }
        }
    }
}
