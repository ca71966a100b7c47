package io.halflight.recipe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.nn.Recompute;
import io.halflight.torch.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads recipes. Every stage starts from the defaults of its method, a recipe may start from another ({@code base: NAME}),
 * a preset of the recipe ({@code NAME:PRESET}) is laid over it, and overrides come last; a key that the defaults do not
 * know is refused.
 */
public final class RecipeReader {
    private static final List<String> BUILT_IN = List.of(
            "simclrv2",
            "simclr",
            "simclr-v2",
            "byol",
            "moco-v2",
            "rotation",
            "exemplar",
            "supervised",
            "fixmatch",
            "simclr+fixmatch",
            "uda",
            "mean-teacher",
            "vat",
            "s4l-rotation",
            "s4l-exemplar",
            "moam",
            "s4l-moam",
            "noisy-student",
            "simclrv2+noisy-student",
            "pseudo-label",
            "side-by-side",
            "demo");
    private static final int MOST_BASES = 10;
    private static final String PRESETS = "presets";
    private static final String STAGES = "stages";
    private static final String METHODS = "methods";

    /** The components of {@link Recipe} that stand at the top of the file. */
    record Top(
            String description,
            long seed,
            String device,
            Precision precision,
            int threads,
            Recompute.Extent recompute,
            Recipe.Keep keep,
            String deliver) {}

    private RecipeReader() {}

    /** The built-in recipes. */
    public static List<RecipeSummary> list() {
        return BUILT_IN.stream()
                .map(name -> new RecipeSummary(name, read(name, List.of()).description(), presets(own(name))))
                .toList();
    }

    /** The whole recipe as YAML: every default, a comment on each key. */
    public static String show(String nameOrFile) {
        return read(nameOrFile, List.of()).text();
    }

    /**
     * Reads a recipe.
     *
     * @param nameOrFile a built-in name such as {@code simclr}, one with a preset such as {@code simclr:cifar}, or a path
     *     that ends in {@code .yaml} or {@code .yml}
     * @param overrides such as {@code stages.pretrain.epochs=20}, in order
     * @throws HalflightException naming file, line, key and remedy
     */
    public static Recipe read(String nameOrFile, List<String> overrides) {
        Setting.Group settings = resolve(load(nameOrFile, 0));
        for (String override : overrides) {
            settings = Overrides.apply(settings, override);
        }
        try {
            return recipe(name(nameOrFile), settings);
        } catch (HalflightException e) {
            String file =
                    isFile(nameOrFile) ? String.valueOf(Path.of(nameOrFile).getFileName()) : "";
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(file) ? e : HalflightException.usage(file + ": " + message);
        }
    }

    private static String name(String nameOrFile) {
        return isFile(nameOrFile)
                ? String.valueOf(Path.of(nameOrFile).getFileName()).replaceFirst("\\.ya?ml$", "")
                : nameOrFile.replace(':', '-');
    }

    private static Setting.Group load(String nameOrFile, int below) {
        if (below > MOST_BASES) {
            throw HalflightException.usage(
                    "%s: more than %d recipes stand on each other; does one have itself as its base?"
                            .formatted(nameOrFile, MOST_BASES));
        }
        int colon = isFile(nameOrFile) ? -1 : nameOrFile.indexOf(':');
        Setting.Group own = own(colon < 0 ? nameOrFile : nameOrFile.substring(0, colon));
        if (own.children().get("base") instanceof Setting.Scalar base) {
            Map<String, Setting> rest = new LinkedHashMap<>(own.children());
            rest.remove("base");
            own = (Setting.Group)
                    Setting.overlay(load(base.text(), below + 1), new Setting.Group(rest, own.where(), ""));
        }
        Map<String, Setting> recipe = new LinkedHashMap<>(own.children());
        recipe.remove(PRESETS);
        Setting.Group plain = new Setting.Group(recipe, own.where(), "");
        return colon < 0 ? plain : (Setting.Group) Setting.overlay(plain, preset(own, nameOrFile, colon));
    }

    private static Setting.Group own(String nameOrFile) {
        return isFile(nameOrFile)
                ? SettingFile.read(
                        file(Path.of(nameOrFile)),
                        String.valueOf(Path.of(nameOrFile).getFileName()))
                : SettingFile.read(resource(known(nameOrFile)), "recipe " + nameOrFile);
    }

    private static List<String> presets(Setting.Group own) {
        return own.children().get(PRESETS) instanceof Setting.Group presets
                ? List.copyOf(presets.children().keySet())
                : List.of();
    }

    private static Setting.Group preset(Setting.Group own, String name, int colon) {
        String preset = name.substring(colon + 1);
        Setting chosen = own.children().get(PRESETS) instanceof Setting.Group presets
                ? presets.children().get(preset)
                : null;
        if (chosen == null) {
            List<String> known = presets(own);
            throw HalflightException.usage("The recipe %s has no preset '%s'%s; it has %s."
                    .formatted(
                            name.substring(0, colon),
                            preset,
                            Nearest.hint(preset, known),
                            known.isEmpty() ? "none" : String.join(", ", known)));
        }
        return group(chosen, PRESETS + "." + preset);
    }

    private static boolean isFile(String nameOrFile) {
        return nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml");
    }

    private static String known(String name) {
        if (!BUILT_IN.contains(name)) {
            throw HalflightException.usage(
                    "There is no recipe '%s'%s; the built-in ones are %s, or give a file that ends in .yaml."
                            .formatted(name, Nearest.hint(name, BUILT_IN), String.join(", ", BUILT_IN)));
        }
        return name;
    }

    private static String file(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(4 * SettingFile.MOST_CHARACTERS + 1); // UTF-8 takes up to four for each
            if (bytes.length > 4 * SettingFile.MOST_CHARACTERS) {
                throw HalflightException.usage("The recipe " + path + " has more than a million characters.");
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw HalflightException.usage("The recipe " + path + " is not UTF-8 text.");
        } catch (IOException e) {
            throw HalflightException.usage("The recipe " + path + " cannot be read: is there such a file?");
        }
    }

    private static String resource(String name) {
        try (InputStream in = RecipeReader.class.getResourceAsStream(name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("the recipe " + name + " is not on the class path");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lays a recipe over the defaults, each stage over those of its method. */
    private static Setting.Group resolve(Setting.Group own) {
        Setting.Group defaults = SettingFile.read(resource("defaults"), "defaults");
        Map<String, Setting> top = new LinkedHashMap<>(defaults.children());
        Setting.Group methods = group(top.remove(METHODS), METHODS);
        Setting stages = own.children().get(STAGES);
        Map<String, Setting> rest = new LinkedHashMap<>(own.children());
        rest.remove(STAGES);
        Setting.Group outline = new Setting.Group(top, own.where(), "");
        Known.check(outline, new Setting.Group(rest, own.where(), ""), "");
        Setting.Group merged = (Setting.Group) Setting.overlay(outline, new Setting.Group(rest, own.where(), ""));
        Map<String, Setting> resolved = new LinkedHashMap<>();
        if (stages != null) {
            group(stages, STAGES)
                    .children()
                    .forEach((name, stage) ->
                            resolved.put(name, stage(methods, name, group(stage, STAGES + "." + name))));
        }
        String comment = requireNonNull(top.get(STAGES)).comment();
        merged.children().put(STAGES, new Setting.Group(resolved, merged.where(), comment));
        return merged;
    }

    private static Setting stage(Setting.Group methods, String name, Setting.Group own) {
        String path = STAGES + "." + name;
        if (!name.matches("[a-z][a-z0-9_-]*")) {
            throw HalflightException.usage(own.where() + ": the stage name '" + name
                    + "' becomes a folder; use lower-case letters, digits, - and _.");
        }
        if (!(own.children().get("method") instanceof Setting.Scalar method)) {
            throw HalflightException.usage(own.where() + ": " + path + ".method is missing; it is one of "
                    + String.join(", ", methods.children().keySet()) + ".");
        }
        Setting below = methods.children().get(method.text());
        if (below == null) {
            throw HalflightException.usage("%s: %s.method is '%s'%s, expected one of %s."
                    .formatted(
                            method.where(),
                            path,
                            method.text(),
                            Nearest.hint(method.text(), methods.children().keySet()),
                            String.join(", ", methods.children().keySet())));
        }
        Known.check(group(below, path), own, path);
        return Setting.overlay(below, own);
    }

    private static Setting.Group group(@Nullable Setting setting, String path) {
        if (setting instanceof Setting.Group group) {
            return group;
        }
        if (setting instanceof Setting.Scalar scalar && scalar.text().isEmpty()) {
            return Setting.Group.empty(scalar.where());
        }
        throw HalflightException.usage((setting == null ? "" : setting.where() + ": ") + path + " is a group of keys.");
    }

    private static Recipe recipe(String name, Setting.Group settings) {
        Top top = Binder.bind(settings, "", Top.class);
        DataSettings data = Binder.bind(group(settings.children().get("data"), "data"), "data", DataSettings.class);
        Map<String, StageSettings> stages = new LinkedHashMap<>();
        group(settings.children().get(STAGES), STAGES).children().forEach((stage, setting) -> {
            stages.put(stage, bindStage((Setting.Group) setting, STAGES + "." + stage));
        });
        return new Recipe(
                name,
                top.description(),
                top.seed(),
                top.device(),
                top.precision(),
                top.threads(),
                top.recompute(),
                top.keep(),
                top.deliver(),
                data,
                stages,
                SettingFile.write(settings));
    }

    private static StageSettings bindStage(Setting.Group group, String path) {
        String method = group.children().get("method") instanceof Setting.Scalar name ? name.text() : "";
        return switch (method) {
            case "simclr" -> Binder.bind(group, path, Pretraining.SimClr.class);
            case "moco" -> Binder.bind(group, path, Pretraining.MoCo.class);
            case "byol" -> Binder.bind(group, path, Pretraining.Byol.class);
            case "rotation" -> Binder.bind(group, path, Pretraining.Rotation.class);
            case "exemplar" -> Binder.bind(group, path, Pretraining.Exemplar.class);
            case "supervised" -> Binder.bind(group, path, StageSettings.Supervised.class);
            case "finetune" -> Binder.bind(group, path, StageSettings.FineTune.class);
            case "fixmatch" -> Binder.bind(group, path, SemiSupervised.FixMatch.class);
            case "uda" -> Binder.bind(group, path, SemiSupervised.Uda.class);
            case "mean-teacher" -> Binder.bind(group, path, SemiSupervised.MeanTeacher.class);
            case "vat" -> Binder.bind(group, path, S4l.Vat.class);
            case "s4l-rotation" -> Binder.bind(group, path, S4l.Rotation.class);
            case "s4l-exemplar" -> Binder.bind(group, path, S4l.Exemplar.class);
            case "moam" -> Binder.bind(group, path, S4l.Moam.class);
            case "noisy-student" -> Binder.bind(group, path, Taught.NoisyStudent.class);
            case "pseudo-label" -> Binder.bind(group, path, Taught.PseudoLabel.class);
            case "moam-retrain" -> Binder.bind(group, path, Taught.MoamRetrain.class);
            case "distill" -> Binder.bind(group, path, StageSettings.Distill.class);
            default -> throw new IllegalStateException("defaults.yaml knows a method that nothing binds: " + method);
        };
    }
}
