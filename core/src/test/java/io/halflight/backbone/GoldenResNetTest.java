package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Against torchvision's own outputs, so that its checkpoints load unchanged. Weights and input are sine waves, given by
 * formula: a tensor's wave starts at a phase that depends on its name.
 */
class GoldenResNetTest {
    @ParameterizedTest
    @CsvSource({
        "resnet18, resnet18",
        "resnet50, resnet50",
        "wide_resnet50_2, wide_resnet50_2",
        "efficientnet-b0, efficientnet_b0",
    })
    void equalsTorchvision(String name, String file) throws IOException {
        Map<String, Object> golden = read(file);
        List<?> shape = (List<?>) golden.get("input_shape");
        int size = ((Number) shape.get(3)).intValue();
        BackboneSpec backbone = new BackboneSpec(name, 1, 0, "imagenet", "torchvision", size, 3);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            ImageClassifier network = ClassifierSpec.create(new ClassifierSpec(backbone, 0, 0, 1000));
            Map<String, Tensor> state = new LinkedHashMap<>();
            network.state().forEach((key, tensor) -> state.put(torchvision(key, golden), tensor));

            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            long parameters = 0;
            for (Map.Entry<String, Tensor> entry : state.entrySet()) {
                if (!entry.getKey().endsWith("num_batches_tracked")) {
                    shapes.put(
                            entry.getKey(),
                            Arrays.stream(entry.getValue().shape()).boxed().toList());
                }
                parameters +=
                        entry.getValue().requires_grad() ? entry.getValue().numel() : 0;
            }
            assertThat(shapes).isEqualTo(expectedShapes(golden));
            assertThat(parameters).isEqualTo(((Number) golden.get("parameters")).longValue());

            state.forEach(GoldenResNetTest::fill);
            network.train(false);
            Tensor logits = network.forward(input(2, 3, size, size)); // [2, 1000]
            for (int row = 0; row < 2; row++) {
                Tensor own = logits.select(0, row).contiguous();
                List<Double> first = doubles(((List<?>) golden.get("logits_first_16")).get(row));
                double norm = doubles(golden.get("logits_l2")).get(row);
                long top = ((Number) ((List<?>) golden.get("logits_argmax")).get(row)).longValue();
                assertThat(own.norm().item_double()).isCloseTo(norm, within(1e-3 * norm));
                assertThat(own.argmax().item_long()).isEqualTo(top);
                assertThat(relativeDistance(own, first))
                        .as("first 16 of row %d", row)
                        .isLessThan(1e-3);
            }
        }
    }

    /** The classifier is called fc here, whatever the network; torchvision's EfficientNet has it behind a dropout. */
    private static String torchvision(String key, Map<String, Object> golden) {
        boolean behindDropout = ((Map<?, ?>) golden.get("state")).containsKey("classifier.1.weight");
        return behindDropout ? key.replaceFirst("^fc\\.", "classifier.1.") : key;
    }

    private static double relativeDistance(Tensor own, List<Double> expected) {
        float[] values = new float[expected.size()];
        own.data_ptr_float().get(values);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < values.length; i++) {
            difference += Math.pow(values[i] - expected.get(i), 2);
            norm += Math.pow(expected.get(i), 2);
        }
        return Math.sqrt(difference / norm);
    }

    private static void fill(String key, Tensor tensor) {
        if (key.endsWith("num_batches_tracked")) {
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        double phase = (crc.getValue() % 1000) / 100.0;
        try (PointerScope scope = new PointerScope()) {
            Tensor wave = wave(tensor.numel(), 0.37, phase);
            if (key.endsWith("running_var")) {
                wave = wave.mul(new Scalar(0.5)).add(new Scalar(1.0));
            } else if (key.endsWith("running_mean")) {
                wave = wave.mul(new Scalar(0.1));
            } else if (tensor.dim() >= 2) {
                wave = wave.mul(new Scalar(Math.sqrt(2.0 * tensor.size(0) / tensor.numel())));
            } else if (key.endsWith("weight")) {
                wave = wave.mul(new Scalar(0.1)).add(new Scalar(1.0));
            } else {
                wave = wave.mul(new Scalar(0.1));
            }
            tensor.copy_(wave.view(tensor.shape()));
        }
    }

    private static Tensor input(long... shape) {
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return wave(count, 0.013, 1.0).to(ScalarType.Float).view(shape);
    }

    private static Tensor wave(long count, double step, double phase) {
        Tensor index = torch.arange(new Scalar(count), torch.dtype(ScalarType.Double));
        return index.mul(new Scalar(step)).add(new Scalar(phase)).sin();
    }

    private static Map<String, List<Long>> expectedShapes(Map<String, Object> golden) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        ((Map<?, ?>) golden.get("state")).forEach((key, shape) -> {
            List<Long> sizes = new ArrayList<>();
            ((List<?>) shape).forEach(size -> sizes.add(((Number) size).longValue()));
            shapes.put((String) key, sizes);
        });
        return shapes;
    }

    private static List<Double> doubles(Object list) {
        return ((List<?>) list)
                .stream().map(value -> ((Number) value).doubleValue()).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> read(String name) throws IOException {
        try (InputStream in = GoldenResNetTest.class.getResourceAsStream("/golden/" + name + ".json")) {
            // JSON is YAML, and a YAML reader is what the class path has.
            return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
        }
    }
}
