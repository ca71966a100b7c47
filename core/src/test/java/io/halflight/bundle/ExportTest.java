package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Picture;
import io.halflight.nn.HeadForm;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every network, written down and run by others. */
class ExportTest {
    private static final long SEED = 31;
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e");
    private static final int PICTURES = 1000;

    @TempDir
    Path folder;

    /** Every name, narrow; ResNets of the first version in all their forms; heads; all that is done to an input. */
    static Stream<ClassifierSpec> everyNetwork() {
        Stream<BackboneSpec> names =
                Backbones.names().stream().map(name -> spec(name, 0, "auto", "simclr", 32, "none"));
        Stream<BackboneSpec> forms = Stream.of(
                spec("resnet10", 0, "imagenet", "torchvision", 64, "imagenet"),
                spec("resnet18", 0, "resnet-d", "simclr", 50, "symmetric"), // odd sides behind the stem
                spec("resnet50", 0.0625, "auto", "simclr", 32, "none"),
                spec("resnet50", 0.0625, "auto", "torchvision", 64, "none"),
                spec("resnet50v2", 0, "imagenet", "simclr", 64, "symmetric"),
                spec("efficientnet-b0", 0, "imagenet", "simclr", 64, "imagenet"),
                spec("efficientnet-b1-tf", 0, "auto", "simclr", 32, "none"));
        Stream<ClassifierSpec> heads = Stream.of(HeadForm.values())
                .map(form -> new ClassifierSpec(spec("resnet10", 0, "auto", "simclr", 16, "none"), 2, 24, form, 5));
        var grey = new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 28, 1, "imagenet");
        return Stream.concat(
                Stream.of(names, forms, Stream.of(grey)).flatMap(s -> s).map(s -> new ClassifierSpec(s, 0, 0, 5)),
                heads);
    }

    private static BackboneSpec spec(String name, double sk, String stem, String shortcuts, int size, String scale) {
        return new BackboneSpec(name, 0.125, sk, stem, shortcuts, size, 3, scale);
    }

    @ParameterizedTest
    @MethodSource("everyNetwork")
    void otherEnginesAnswerAsTheNetworkDoes(ClassifierSpec spec) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Exportable model = learnt(spec);
            Export.onnx(model, false, folder.resolve("model.onnx"));
            Export.torchScript(model, false, folder.resolve("model.pt"));
            JitModule script = torch.load(folder.resolve("model.pt").toString());
            assertThat(script.is_training()).isFalse();
            try (Onnx onnx = new Onnx(folder.resolve("model.onnx"))) {
                for (int batch : new int[] {1, 3}) {
                    Tensor x = pictures(spec.backbone(), batch);
                    float[] expected = Tensors.toFloats(model.network().forward(x));
                    assertThat(onnx.run(Tensors.toFloats(x), x.shape()))
                            .as("ONNX, seed %d", SEED)
                            .containsExactly(expected, within(1e-4f));
                    assertThat(run(script, x))
                            .as("TorchScript, seed %d", SEED)
                            .containsExactly(expected, within(1e-4f));
                    assertThat(batch == 1 || differ(expected))
                            .as("pictures tell")
                            .isTrue();
                }
            }
        }
    }

    /** Whether the network answers the first picture and the second by more than three times what rounding may do. */
    private static boolean differ(float[] logits) {
        double difference = 0;
        for (int k = 0; k < CLASSES.size(); k++) {
            difference = Math.max(difference, Math.abs(logits[k] - logits[CLASSES.size() + k]));
        }
        return difference > 3e-4;
    }

    /** The encoder inside a bundle, and its classifier, both fed with bytes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesAndEncodersWorkToo(boolean encoder) {
        byte[] pixels = noisyColours();
        Path bundle = folder.resolve("model");
        writeUndecided(bundle, pixels);
        Exportable model = Exportable.of(ModelBundle.read(bundle), encoder);
        Export.onnx(model, true, folder.resolve("model.onnx"));
        Export.torchScript(model, true, folder.resolve("model.pt"));
        long[] shape = {PICTURES, 3, Models.SIZE, Models.SIZE};
        int bytes = pixels.length / PICTURES;
        List<Picture> pictures = IntStream.range(0, PICTURES)
                .mapToObj(i -> Arrays.copyOfRange(pixels, i * bytes, (i + 1) * bytes))
                .map(picture -> new Picture(3, Models.SIZE, Models.SIZE, picture))
                .toList();
        try (PointerScope scope = new PointerScope();
                Onnx onnx = new Onnx(folder.resolve("model.onnx"));
                Classifier classifier = Classifier.load(bundle)) {
            float[] outputs = onnx.run(pixels, shape);
            Tensor x = Tensors.floats(widened(pixels), shape).to(torch.ScalarType.Byte);
            assertThat(run(torch.load(folder.resolve("model.pt").toString()), x))
                    .containsExactly(outputs, within(1e-4f));
            int width = outputs.length / PICTURES;
            List<Prediction> predictions = classifier.predict(pictures);
            for (int i = 0; i < PICTURES; i++) {
                float[] row = Arrays.copyOfRange(outputs, i * width, (i + 1) * width);
                if (encoder) {
                    assertThat(row).containsExactly(classifier.embed(pictures.get(i)), within(1e-4f));
                } else {
                    assertThat(Prediction.of(row, 0, Models.CLASSES).label())
                            .as("picture %d, seed %d", i, SEED)
                            .isEqualTo(predictions.get(i).label());
                }
            }
            assertThat(predictions.stream().map(Prediction::label).distinct()).hasSizeGreaterThan(1);
        }
    }

    /** A classifier to which all classes are about as likely. */
    private static void writeUndecided(Path bundle, byte[] pixels) {
        ImageClassifier network = Models.network(1, 5);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = Tensors.floats(widened(pixels), PICTURES, 3, Models.SIZE, Models.SIZE);
            Tensor mean = network.forward(x.div(new Scalar(255.0))).mean(0);
            network.state().get("fc.bias").sub_(mean);
        }
        ModelBundle.write(bundle, network, Models.spec(1), Models.CLASSES, Map.of(), Map.of());
    }

    /** Each channel of each picture is about some value. */
    private static byte[] noisyColours() {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] pixels = new byte[PICTURES * 3 * Models.SIZE * Models.SIZE];
        int base = 0;
        for (int i = 0; i < pixels.length; i++) {
            base = i % (Models.SIZE * Models.SIZE) == 0 ? random.nextInt(192) : base;
            pixels[i] = (byte) (base + random.nextInt(64));
        }
        return pixels;
    }

    private static float[] widened(byte[] bytes) {
        float[] values = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] & 0xff;
        }
        return values;
    }

    static float[] run(JitModule script, Tensor x) {
        return Tensors.toFloats(script.forward(new IValueVector(new IValue(x))).toTensor());
    }

    /** Noise, brighter or darker from picture to picture. */
    private static Tensor pictures(BackboneSpec spec, int batch) {
        Tensor noise = torch.randn(batch, spec.channels(), spec.size(), spec.size());
        return noise.add_(torch.randn(batch, spec.channels(), 1, 1));
    }

    /** As if it had learnt something: no statistic is 0 or 1, no branch silent. */
    private static Exportable learnt(ClassifierSpec spec) {
        torch.manual_seed(SEED);
        ImageClassifier network = ClassifierSpec.create(spec);
        Map<String, Tensor> state = network.state();
        // So that 200 layers neither silence a picture nor blow it up: EfficientNet's gates take half.
        double lowest = spec.backbone().name().startsWith("efficientnet") ? 0.75 : 0.55;
        state.forEach((name, tensor) -> {
            boolean norm = state.containsKey(name.substring(0, name.lastIndexOf('.') + 1) + "running_mean");
            if (name.endsWith("running_var")) {
                tensor.copy_(torch.rand(tensor.shape()).add_(new Scalar(0.75)));
            } else if (norm && name.endsWith("weight")) {
                tensor.copy_(torch.rand(tensor.shape()).mul_(new Scalar(0.5)).add_(new Scalar(lowest)));
            } else if (name.endsWith("linear.weight")) {
                tensor.copy_(torch.randn(tensor.shape()).mul_(new Scalar(0.2)));
            } else if (name.endsWith("running_mean") || name.endsWith("bias") || name.equals("fc.weight")) {
                tensor.copy_(torch.randn(tensor.shape()).mul_(new Scalar(0.1)));
            }
        });
        network.eval();
        return new Exportable("model", network, state, spec.backbone(), spec.headLayers(), CLASSES, "");
    }
}
