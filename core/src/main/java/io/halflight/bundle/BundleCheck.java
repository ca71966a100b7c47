package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import io.halflight.torch.NativeTorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Holds a bundle against what it says of itself. */
public final class BundleCheck {
    /** What became of one check. */
    public enum Outcome {
        GOOD,
        /** There is nothing to hold it against, as in bundles from before it was recorded. */
        OPEN,
        BAD
    }

    /**
     * One check.
     *
     * @param subject what was looked at, in one or two words
     * @param finding what was found, in one line
     */
    public record Line(String subject, Outcome outcome, String finding) {}

    /** What lets somebody else repeat the training, by its key in the provenance. */
    private static final List<String> ORIGIN =
            List.of("command", "recipe", "seed", "version", "commit", "versions", "data", "stage");

    private static final int SHOWN_DIGITS = 16;

    private BundleCheck() {}

    /**
     * Makes every check, also after one that fails; builds the network on the CPU.
     *
     * @throws HalflightException if the directory holds no bundle at all
     */
    public static List<Line> of(Path directory) {
        NativeTorch.load();
        Path description = directory.resolve(ModelBundle.DESCRIPTION);
        if (!Files.exists(description)) {
            throw HalflightException.usage(
                    "%s is no model bundle: it holds no %s; name a directory such as model/ of a finished run"
                            .formatted(directory, ModelBundle.DESCRIPTION));
        }
        List<Line> lines = new ArrayList<>();
        Map<String, @Nullable Object> json = json(description, lines);
        lines.add(line("metadata", () -> metadata(json)));
        lines.add(line("weights", () -> weights(directory, json)));
        lines.add(line("network", () -> network(directory)));
        lines.add(line("origin", () -> origin(json)));
        lines.add(line("other files", () -> others(directory)));
        return List.copyOf(lines);
    }

    private static Line line(String subject, Supplier<Line> check) {
        try {
            return check.get();
        } catch (HalflightException e) {
            return new Line(subject, Outcome.BAD, String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, @Nullable Object> json(Path description, List<Line> lines) {
        try {
            Map<String, @Nullable Object> json =
                    Json.object(Json.parse(BundleDirectory.readText(description)), "the description");
            lines.add(new Line("description", Outcome.GOOD, "format " + json.get("formatVersion")));
            return json;
        } catch (IllegalArgumentException e) {
            lines.add(new Line("description", Outcome.BAD, description + " cannot be read: " + e.getMessage()));
        } catch (HalflightException e) {
            lines.add(new Line("description", Outcome.BAD, String.valueOf(e.getMessage())));
        }
        return Map.of();
    }

    private static Line metadata(Map<String, @Nullable Object> json) {
        if (!(json.get(Description.OWN_HASH) instanceof String written)) {
            return new Line(
                    "metadata",
                    Outcome.OPEN,
                    "cannot be checked: %s holds no hash of itself, as before Halflight wrote one"
                            .formatted(ModelBundle.DESCRIPTION));
        }
        String found = Description.ownHash(json);
        return found.equals(written)
                ? new Line("metadata", Outcome.GOOD, "as written, SHA-256 " + shown(found))
                : new Line(
                        "metadata",
                        Outcome.BAD,
                        "%s was changed after it was written (SHA-256 %s, written %s)"
                                .formatted(ModelBundle.DESCRIPTION, shown(found), shown(written)));
    }

    private static Line weights(Path directory, Map<String, @Nullable Object> json) {
        if (!(json.get("sha256") instanceof String written)) {
            return new Line("weights", Outcome.OPEN, "cannot be checked: no hash of them is recorded");
        }
        String found = BundleDirectory.sha256(directory.resolve(ModelBundle.WEIGHTS));
        return found.equals(written)
                ? new Line("weights", Outcome.GOOD, "as written, SHA-256 " + shown(found))
                : new Line(
                        "weights",
                        Outcome.BAD,
                        "%s is not the file that was written (SHA-256 %s, written %s)"
                                .formatted(ModelBundle.WEIGHTS, shown(found), shown(written)));
    }

    private static Line network(Path directory) {
        ModelBundle bundle = ModelBundle.read(directory);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> state = bundle.network().state();
            for (Map.Entry<String, Tensor> entry : state.entrySet()) {
                if (!entry.getValue().isfinite().all().item_bool()) {
                    return new Line("network", Outcome.BAD, entry.getKey() + " holds values that are no numbers");
                }
            }
            return new Line(
                    "network",
                    Outcome.GOOD,
                    "%s for %d classes, all weights fit and are finite"
                            .formatted(
                                    bundle.architecture().backbone().name(),
                                    bundle.classes().size()));
        }
    }

    private static Line origin(Map<String, @Nullable Object> json) {
        Map<?, ?> provenance = json.get("provenance") instanceof Map<?, ?> map ? map : Map.of();
        List<String> missing = new ArrayList<>(ORIGIN.stream()
                .filter(key -> provenance.get(key) == null || "unknown".equals(provenance.get(key)))
                .toList());
        Map<?, ?> data = provenance.get("data") instanceof Map<?, ?> map ? map : Map.of();
        Stream.of("sha256", "splitSha256")
                .filter(key -> data.get(key) == null)
                .forEach(key -> missing.add("data." + key));
        if (!(json.get("metrics") instanceof Map<?, ?> metrics) || metrics.get("protocol") == null) {
            missing.add("metrics.protocol");
        }
        return missing.isEmpty()
                ? new Line(
                        "origin", Outcome.GOOD, "data, split, recipe, seed, versions, commit and protocol are recorded")
                : new Line("origin", Outcome.OPEN, "not recorded: " + String.join(", ", missing));
    }

    private static Line others(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> !BundleDirectory.OWN.contains(name))
                    .sorted()
                    .toList();
            return names.isEmpty()
                    ? new Line("other files", Outcome.GOOD, "none")
                    : new Line("other files", Outcome.OPEN, "covered by no hash: " + String.join(", ", names));
        } catch (IOException e) {
            throw HalflightException.run("%s cannot be listed (%s)".formatted(directory, e), e);
        }
    }

    private static String shown(String hash) {
        return hash.length() > SHOWN_DIGITS ? hash.substring(0, SHOWN_DIGITS) : hash;
    }
}
