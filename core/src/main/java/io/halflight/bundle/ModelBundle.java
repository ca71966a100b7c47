package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.backbone.BackboneConfig;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Safetensors;
import io.halflight.torch.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A finished classifier as a directory that says everything about itself: {@code model.safetensors} with the weights
 * under torchvision's public names, and {@code model.json} with the classes, the architecture, what is done to a
 * picture before the network sees it, the measured figures with their protocol, and where it all came from.
 *
 * @param directory where it lies
 * @param name of the model, for people
 * @param classes K names; output k of the network means class k
 * @param architecture what to build before the weights are loaded
 * @param metrics figures, each with its protocol
 * @param provenance data, split, recipe, seed, versions, stage
 * @param licence of the weights; {@value #NO_LICENCE} unless somebody said so
 * @param sha256 of {@code model.safetensors}, 64 hexadecimal digits
 */
public record ModelBundle(
        Path directory,
        String name,
        List<String> classes,
        ClassifierSpec architecture,
        Map<String, Object> metrics,
        Map<String, Object> provenance,
        String licence,
        String sha256) {
    public static final String WEIGHTS = "model.safetensors";
    public static final String DESCRIPTION = "model.json";
    static final String NO_LICENCE = "not stated";

    static {
        NativeTorch.load();
    }

    public ModelBundle {
        classes = List.copyOf(classes);
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics)); // may hold nulls, unlike Map.copyOf
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }

    /** As the longer form, named after its backbone and without a licence. */
    public static void write(
            Path directory,
            ImageClassifier network,
            ClassifierSpec architecture,
            List<String> classes,
            Map<String, Object> metrics,
            Map<String, Object> provenance) {
        write(
                directory,
                network,
                architecture,
                classes,
                metrics,
                provenance,
                architecture.backbone().name(),
                NO_LICENCE);
    }

    /**
     * Writes a bundle; whoever looks sees the old one, or none, until the new one is whole. The network may be on any
     * device and in any mode.
     *
     * @param directory is made; if it exists, it may hold nothing but an older bundle, which is replaced
     * @param metrics anything that {@link io.halflight.json.Json#write} takes, figures beside their protocol
     * @param provenance likewise
     * @throws HalflightException if the directory holds other things or cannot be written
     */
    public static void write(
            Path directory,
            ImageClassifier network,
            ClassifierSpec architecture,
            List<String> classes,
            Map<String, Object> metrics,
            Map<String, Object> provenance,
            String name,
            String licence) {
        if (classes.size() != architecture.classes() || classes.size() != network.classes()) {
            throw new IllegalArgumentException("%d class names for an architecture of %d and a network of %d"
                    .formatted(classes.size(), architecture.classes(), network.classes()));
        }
        BundleDirectory.replace(directory, fresh -> {
            Path weights = fresh.resolve(WEIGHTS);
            try (PointerScope scope = new PointerScope()) {
                Safetensors.write(weights, network.state(), Map.of("format", "pt")); // other readers ask for this entry
            }
            ModelBundle bundle = new ModelBundle(
                    directory,
                    name,
                    classes,
                    architecture,
                    metrics,
                    provenance,
                    licence,
                    BundleDirectory.sha256(weights));
            BundleDirectory.writeText(fresh.resolve(DESCRIPTION), Description.of(bundle));
        });
    }

    /**
     * Reads the description and checks it against the weights, which are not loaded yet.
     *
     * @throws HalflightException if something is missing, damaged, changed since it was written, or newer than this
     *     version understands
     */
    public static ModelBundle read(Path directory) {
        Path description = directory.resolve(DESCRIPTION);
        ModelBundle bundle = Description.parse(directory, description, BundleDirectory.readText(description));
        Path weights = directory.resolve(WEIGHTS);
        String found = BundleDirectory.sha256(weights);
        if (!found.equals(bundle.sha256)) {
            throw HalflightException.run(
                    "%s is not the file that %s describes (SHA-256 %s, expected %s): copy the bundle again"
                            .formatted(weights, DESCRIPTION, found.substring(0, 16), abbreviated(bundle.sha256)));
        }
        try (SafetensorsFile file = Safetensors.open(weights)) {
            for (String name : List.of("fc.weight", "fc.bias")) {
                if (!file.names().contains(name) || rows(file.shape(name)) != bundle.classes.size()) {
                    throw HalflightException.run("%s has no %s of %d rows, one for each class in %s: the files are of"
                                    .formatted(weights, name, bundle.classes.size(), DESCRIPTION)
                            + " different models, write the bundle again");
                }
            }
            requireAll(bundle, file, weights);
        }
        return bundle;
    }

    private static long rows(long[] shape) {
        return shape.length == 0 ? 0 : shape[0];
    }

    /** Before a network is built: a few bytes can describe one that fills any memory, but not hold its weights. */
    private static void requireAll(ModelBundle bundle, SafetensorsFile file, Path weights) {
        ClassifierSpec spec = bundle.architecture;
        BackboneConfig config = Backbones.config(spec.backbone());
        long wide = spec.headHidden() == 0 ? config.features() : spec.headHidden();
        long head = spec.headLayers() == 0 ? 0 : wide * (config.features() + (spec.headLayers() - 1) * wide);
        long held = file.names().stream()
                .mapToLong(name -> Arrays.stream(file.shape(name)).reduce(1, (a, b) -> a * b))
                .sum();
        if (held < config.parameters() + head) {
            throw HalflightException.run(
                    "%s holds %d numbers and the network that %s describes has %d: the files are of different models, write the bundle again"
                            .formatted(weights, held, DESCRIPTION, config.parameters() + head));
        }
    }

    private static String abbreviated(String sha256) {
        return sha256.length() > 16 ? sha256.substring(0, 16) : sha256;
    }

    /**
     * Builds the network and loads the weights: on the CPU, in evaluation mode. Call it outside step scopes.
     *
     * @throws HalflightException if the weights do not fit the architecture
     */
    public ImageClassifier network() {
        ImageClassifier network = ClassifierSpec.create(architecture);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = Safetensors.read(directory.resolve(WEIGHTS));
            StateDict.load(network.state(), weights);
        }
        network.eval();
        return network;
    }
}
