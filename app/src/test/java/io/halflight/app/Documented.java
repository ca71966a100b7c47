package io.halflight.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that the README and the pages under docs tell people to type. */
final class Documented {
    private static final Pattern INLINE = Pattern.compile("`(\\./halflight [^`]+)`");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private Documented() {}

    /** Command lines and the page of each, in order, every one once. */
    static Map<String, String> commands(String start) throws IOException {
        Map<String, String> commands = new LinkedHashMap<>();
        try (Stream<Path> pages = Files.walk(home().resolve("docs"))) {
            List<Path> all = new ArrayList<>(List.of(home().resolve("README.md"), home().resolve("CONTRIBUTING.md")));
            pages.filter(page -> page.toString().endsWith(".md")).sorted().forEach(all::add);
            for (Path page : all) {
                String text = Files.readString(page).replaceAll("\\\\\\n\\s*", "");
                text.lines()
                        .map(line -> line.replaceFirst("^OMP_NUM_THREADS=1 ", ""))
                        .filter(line -> line.startsWith(start))
                        .forEach(line -> commands.putIfAbsent(line, page.toString()));
                Matcher inline = INLINE.matcher(text);
                while (start.equals("./halflight ") && inline.find()) {
                    commands.putIfAbsent(inline.group(1), page.toString());
                }
            }
        }
        return commands;
    }

    /** What a shell would hand on; comments and where the output goes are left out. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line.replaceFirst("\\s#.*", "").replaceFirst("\\s>.*", ""));
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }

    /** A fenced block of a language on a page, the first of it. */
    static String block(String page, String language) throws IOException {
        String text = Files.readString(home().resolve(page));
        int from = text.indexOf("```" + language + "\n") + language.length() + 4;
        return text.substring(from, text.indexOf("```", from));
    }

    /** The working tree: Maven runs tests in the module's folder. */
    static Path home() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("README.md")) ? here : here.getParent();
    }
}
