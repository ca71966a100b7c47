package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.backbone.Backbone;
import io.halflight.nn.StateDict;
import io.halflight.torch.PthFile;
import io.halflight.torch.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights that others have published, as torchvision and timm name them. Strict: each weight of the encoder is in the
 * file in the same shape, and the file holds nothing else but the classifier that was on top. What a pretraining stage
 * leaves is read, too: its encoder.
 */
final class PublicWeights {
    /** The classifier of torchvision's and timm's networks; an encoder ends below it. */
    private static final Set<String> CLASSIFIER = Set.of(
            "fc.weight",
            "fc.bias",
            "classifier.weight",
            "classifier.bias",
            "classifier.1.weight", // EfficientNet's, behind its dropout
            "classifier.1.bias");

    /** Counts batches, decides nothing; older files lack it. */
    private static final String COUNTER = "num_batches_tracked";

    /** Begins the names of an encoder's weights among those that a pretraining stage leaves. */
    private static final String ENCODER = "encoder.";

    private PublicWeights() {}

    /**
     * Loads an encoder.
     *
     * @param where the recipe key that names the file
     * @throws HalflightException listing every name that is missing, unexpected or of another shape
     */
    static void load(Path file, Backbone encoder, String where) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> from = encoder(read(file));
            from.keySet().removeAll(CLASSIFIER);
            Map<String, Tensor> into = StateDict.of(encoder);
            into.keySet().removeIf(name -> name.endsWith(COUNTER) && !from.containsKey(name));
            List<String> faults = StateDict.differences(into, from, Integer.MAX_VALUE);
            if (!faults.isEmpty()) {
                throw HalflightException.usage(
                        "%s: %s holds the weights of another network: %s; choose the backbone's name, width, stem and"
                                        .formatted(where, file, String.join("; ", faults))
                                + " shortcuts (torchvision's files: stem imagenet, shortcuts torchvision, 3 channels) to fit.");
            }
            StateDict.load(into, from);
        }
    }

    private static Map<String, Tensor> encoder(Map<String, Tensor> all) {
        Map<String, Tensor> encoder = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (name.startsWith(ENCODER)) {
                encoder.put(name.substring(ENCODER.length()), tensor);
            }
        });
        return encoder.isEmpty() ? new LinkedHashMap<>(all) : encoder;
    }

    private static Map<String, Tensor> read(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            return Safetensors.read(file);
        }
        if (name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".bin")) {
            return PthFile.read(file);
        }
        throw HalflightException.usage(
                file + " is neither .safetensors nor .pth; public weights come as one of these.");
    }
}
