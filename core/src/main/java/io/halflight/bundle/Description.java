package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ResNetConfig;
import io.halflight.json.Json;
import io.halflight.nn.HeadForm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json}. A new minor version adds what older readers may ignore; a new major version changes what a
 * prediction is, so older readers have to refuse it. Version 2 added networks that scale their input and other forms of
 * head, version 3 other families of networks than the first ResNets; a model is written as the lowest version that has
 * all it needs. Drop rates are a minor version: they decide further training, no prediction.
 */
final class Description {
    private static final int MAJOR = 3;

    /** Its key; older readers ignore it, and older files lack it. */
    static final String OWN_HASH = "descriptionSha256";

    /** What becomes of a picture: see {@link io.halflight.augment.CentreView}. */
    static final String RESIZE = "centre-view";

    private static final List<Double> RANGE = List.of(0.0, 1.0);

    private Description() {}

    static String of(ModelBundle bundle) {
        Map<String, Object> preprocessing = new LinkedHashMap<>();
        preprocessing.put("size", bundle.architecture().backbone().size());
        preprocessing.put("channels", bundle.architecture().backbone().channels());
        preprocessing.put("range", RANGE);
        preprocessing.put("resize", RESIZE);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("formatVersion", version(bundle.architecture()));
        json.put("name", bundle.name());
        json.put("licence", bundle.licence());
        json.put("classes", bundle.classes());
        json.put("architecture", architecture(bundle.architecture()));
        json.put("preprocessing", preprocessing);
        json.put("metrics", bundle.metrics());
        json.put("provenance", bundle.provenance());
        json.put("sha256", bundle.sha256());
        json.put(OWN_HASH, ownHash(Json.object(Json.parse(Json.write(json)), "the description")));
        return Json.pretty(json) + "\n";
    }

    /** SHA-256 of a description without this hash, as JSON on one line with the keys of every object sorted. */
    static String ownHash(Map<String, @Nullable Object> json) {
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(json);
        rest.remove(OWN_HASH);
        return BundleDirectory.sha256(Json.write(sorted(rest)).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Object sorted(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> keys = new TreeMap<>();
            map.forEach((key, item) -> keys.put((String) key, sorted(item)));
            return keys;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.forEach(item -> items.add(sorted(item)));
            return items;
        }
        return value;
    }

    private static String version(ClassifierSpec spec) {
        BackboneSpec backbone = spec.backbone();
        boolean plain = backbone.normalise().equals("none") && spec.headForm() == HeadForm.SIMCLR;
        int major = Backbones.config(backbone) instanceof ResNetConfig ? plain ? 1 : 2 : MAJOR;
        return major + (dropsItsOwn(backbone) ? ".0" : ".1");
    }

    private static boolean dropsItsOwn(BackboneSpec backbone) {
        return backbone.dropPath() == BackboneSpec.OWN && backbone.dropout() == BackboneSpec.OWN;
    }

    private static Map<String, Object> architecture(ClassifierSpec spec) {
        BackboneSpec backbone = spec.backbone();
        Map<String, Object> below = new LinkedHashMap<>();
        below.put("name", backbone.name());
        below.put("width", backbone.width());
        below.put("sk", backbone.sk());
        below.put("stem", backbone.stem());
        below.put("shortcuts", backbone.shortcuts());
        below.put("size", backbone.size());
        below.put("channels", backbone.channels());
        below.put("normalise", backbone.normalise());
        if (!dropsItsOwn(backbone)) {
            below.put("dropPath", backbone.dropPath());
            below.put("dropout", backbone.dropout());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("backbone", below);
        json.put("headLayers", spec.headLayers());
        json.put("headHidden", spec.headHidden());
        json.put("headForm", spec.headForm().name().toLowerCase(Locale.ROOT));
        json.put("classes", spec.classes());
        return json;
    }

    /** Checks everything that it says; {@code file} is for messages. */
    static ModelBundle parse(Path directory, Path file, String text) {
        try {
            Fields fields = new Fields(Json.parse(text), "the description");
            requireReadable(fields.text("formatVersion"), file);
            ClassifierSpec architecture = architecture(fields.fields("architecture"));
            requireSamePreprocessing(fields.fields("preprocessing"), architecture.backbone());
            List<String> classes = fields.texts("classes");
            if (classes.size() != architecture.classes()) {
                throw new IllegalArgumentException("it names %d classes for an architecture of %d"
                        .formatted(classes.size(), architecture.classes()));
            }
            return new ModelBundle(
                    directory,
                    fields.text("name"),
                    classes,
                    architecture,
                    fields.fields("metrics").values,
                    fields.fields("provenance").values,
                    fields.text("licence"),
                    fields.text("sha256"));
        } catch (IllegalArgumentException e) {
            throw HalflightException.run(
                    "%s describes no usable model: %s; write or copy the bundle again".formatted(file, e.getMessage()),
                    e);
        }
    }

    private static void requireReadable(String version, Path file) {
        if (!version.matches("\\d{1,6}\\.\\d{1,6}")) {
            throw new IllegalArgumentException("formatVersion \"" + version + "\" is not of the form 1.0");
        }
        int major = Integer.parseInt(version.substring(0, version.indexOf('.')));
        if (major > MAJOR) {
            throw HalflightException.run(
                    "%s has format version %s, and this Halflight reads versions up to %d.x: use a newer"
                                    .formatted(file, version, MAJOR)
                            + " Halflight");
        }
        if (major < 1) {
            throw new IllegalArgumentException("formatVersion \"" + version + "\" never existed");
        }
    }

    private static ClassifierSpec architecture(Fields fields) {
        Fields backbone = fields.fields("backbone");
        try {
            BackboneSpec spec = new BackboneSpec(
                    backbone.text("name"),
                    backbone.number("width"),
                    backbone.number("sk"),
                    backbone.text("stem"),
                    backbone.text("shortcuts"),
                    backbone.whole("size"),
                    backbone.whole("channels"),
                    backbone.text("normalise", "none"),
                    backbone.number("dropPath", BackboneSpec.OWN),
                    backbone.number("dropout", BackboneSpec.OWN));
            Backbones.config(spec); // refuses an unknown name
            return new ClassifierSpec(
                    spec,
                    fields.whole("headLayers"),
                    fields.whole("headHidden"),
                    HeadForm.valueOf(fields.text("headForm", "simclr").toUpperCase(Locale.ROOT)),
                    fields.whole("classes"));
        } catch (HalflightException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Anything else would silently show the network other pictures than it has learnt from. */
    private static void requireSamePreprocessing(Fields fields, BackboneSpec backbone) {
        if (fields.whole("size") != backbone.size()
                || fields.whole("channels") != backbone.channels()
                || !fields.numbers("range").equals(RANGE)
                || !fields.text("resize").equals(RESIZE)) {
            throw new IllegalArgumentException(
                    "its preprocessing is %s, and known is size %d, channels %d, range %s, resize %s"
                            .formatted(Json.write(fields.values), backbone.size(), backbone.channels(), RANGE, RESIZE));
        }
    }

    /** A JSON object whose members are asked for with their type. */
    private static final class Fields {
        private final Map<String, Object> values = new LinkedHashMap<>();
        private final String where;

        @SuppressWarnings("NullAway") // metrics and provenance may hold nulls; members are checked when asked for
        Fields(@Nullable Object json, String where) {
            this.where = where;
            values.putAll(Json.object(json, where));
        }

        Fields fields(String key) {
            return new Fields(values.get(key), key);
        }

        String text(String key) {
            if (values.get(key) instanceof String text) {
                return text;
            }
            throw wrong(key, "text");
        }

        /** For a key that older files lack. */
        String text(String key, String otherwise) {
            return values.containsKey(key) ? text(key) : otherwise;
        }

        double number(String key) {
            if (values.get(key) instanceof Number number) {
                return number.doubleValue();
            }
            throw wrong(key, "a number");
        }

        /** For a key that older files lack. */
        double number(String key, double otherwise) {
            return values.containsKey(key) ? number(key) : otherwise;
        }

        int whole(String key) {
            if (values.get(key) instanceof Long number && number == number.intValue()) {
                return number.intValue();
            }
            throw wrong(key, "a whole number");
        }

        List<String> texts(String key) {
            List<String> texts = new ArrayList<>();
            for (Object item : list(key)) {
                if (!(item instanceof String text)) {
                    throw wrong(key, "a list of texts");
                }
                texts.add(text);
            }
            return texts;
        }

        List<Double> numbers(String key) {
            List<Double> numbers = new ArrayList<>();
            for (Object item : list(key)) {
                if (!(item instanceof Number number)) {
                    throw wrong(key, "a list of numbers");
                }
                numbers.add(number.doubleValue());
            }
            return numbers;
        }

        private List<?> list(String key) {
            if (values.get(key) instanceof List<?> list) {
                return list;
            }
            throw wrong(key, "a list");
        }

        private IllegalArgumentException wrong(String key, String wanted) {
            return new IllegalArgumentException("\"%s\" of %s is not %s".formatted(key, where, wanted));
        }
    }
}
