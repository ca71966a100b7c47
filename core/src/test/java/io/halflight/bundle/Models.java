package io.halflight.bundle;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Picture;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A small classifier whose every number is drawn from a seed, and pictures for it. */
final class Models {
    static final List<String> CLASSES = List.of("crab", "gull", "seal");
    static final Map<String, Object> METRICS = Map.of("testAccuracy", 0.875, "protocol", "8 test pictures, read once");
    static final Map<String, Object> PROVENANCE = Map.of("seed", 7L, "stage", "fine-tune");
    static final int SIZE = 16;

    private Models() {}

    static ClassifierSpec spec(int headLayers) {
        return new ClassifierSpec(
                new BackboneSpec("resnet10", 0.125, 0, "auto", "torchvision", SIZE, 3), headLayers, 24, CLASSES.size());
    }

    static ImageClassifier network(int headLayers, long seed) {
        return filled(ClassifierSpec.create(spec(headLayers)), seed);
    }

    /** The network with weights and statistics drawn from a seed, in evaluation mode. */
    static ImageClassifier filled(ImageClassifier network, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            network.state().forEach((name, tensor) -> {
                if (tensor.dim() == 0) {
                    return; // the count of batches
                }
                boolean positive = name.endsWith("running_var");
                float[] values = new float[(int) tensor.numel()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (positive ? 0.5 + random.nextDouble() : random.nextGaussian() * 0.3);
                }
                tensor.copy_(Tensors.floats(values, tensor.shape()));
            });
        }
        network.eval();
        return network;
    }

    static void write(Path directory, int headLayers, long seed) {
        ModelBundle.write(directory, network(headLayers, seed), spec(headLayers), CLASSES, METRICS, PROVENANCE);
    }

    static Picture picture(long seed, int height, int width) {
        byte[] pixels = new byte[3 * height * width];
        new SplittableRandom(seed).nextBytes(pixels);
        return new Picture(3, height, width, pixels);
    }

    /** What the network itself says about views [N, 3, 16, 16]. */
    static float[] logits(ImageClassifier network, float[] views) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = Tensors.floats(views, views.length / (3 * SIZE * SIZE), 3, SIZE, SIZE);
            return Tensors.toFloats(network.forward(x));
        }
    }
}
