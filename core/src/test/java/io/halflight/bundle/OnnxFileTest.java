package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.halflight.HalflightException;
import io.halflight.backbone.ImageClassifier;
import io.halflight.nn.Folding;
import io.halflight.nn.Graph;
import io.halflight.nn.Operation;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    /** The harness would notice: ReLUs that let a little through, and the answers are others. */
    @Test
    void aWrongGraphGivesOtherAnswers() {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            ImageClassifier network = Models.network(0, 3);
            Tensor x = torch.rand(1, 3, Models.SIZE, Models.SIZE);
            Graph graph = folding.during(() -> Graph.of(network, x));
            List<Graph.Step> steps = new ArrayList<>(graph.steps());
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i).operation() instanceof Operation.Relu) {
                    steps.set(
                            i,
                            new Graph.Step(
                                    new Operation.LeakyRelu(0.1), steps.get(i).inputs()));
                }
            }
            float[] right = answers(graph, x, network);
            float[] wrong = answers(new Graph(steps, graph.output(), graph.result()), x, network);
            assertThat(right).hasSameSizeAs(wrong);
            assertThat(Math.abs(right[0] - wrong[0])).isGreaterThan(1e-3f);
            assertThat(Math.abs(right[0] - Tensors.toFloats(graph.result())[0])).isLessThan(1e-4f);
        }
    }

    private float[] answers(Graph graph, Tensor x, ImageClassifier network) {
        Path file = folder.resolve("model.onnx");
        OnnxFile.write(file, "model", graph, x, network.state(), "logits", Map.of());
        try (Onnx onnx = new Onnx(file)) {
            return onnx.run(Tensors.toFloats(x), x.shape());
        }
    }

    @Test
    void aFileSaysWhatAProgramHasToKnow() throws OrtException {
        Models.write(folder.resolve("model"), 0, 5);
        Export.onnx(
                Exportable.of(ModelBundle.read(folder.resolve("model")), false), true, folder.resolve("model.onnx"));
        try (Onnx onnx = new Onnx(folder.resolve("model.onnx"))) {
            assertThat(onnx.session().getMetadata().getCustomMetadata())
                    .containsEntry("classes", "[\"crab\",\"gull\",\"seal\"]")
                    .containsEntry("licence", "not stated")
                    .containsEntry(
                            "preprocessing",
                            "{\"size\":16,\"channels\":3,\"range\":[0,255],\"resize\":\"centre-view\"}");
            assertThat(onnx.session().getInputInfo().get("pictures").getInfo().toString())
                    .contains("UINT8", "[-1, 3, 16, 16]");
            assertThat(onnx.session().getOutputInfo().get("logits").getInfo().toString())
                    .contains("FLOAT", "[-1, 3]");
        }
    }

    /** Its only weight takes as much room as it seems to, as every row is the first. */
    @Test
    void whatIsTooLargeIsRefusedByName() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.zeros(1, 1 << 15).expand(1 << 14, 1 << 15);
            Tensor x = torch.zeros(1, 1 << 15);
            Graph graph = new Graph(List.of(new Graph.Step(new Operation.Linear(weight, null), List.of(0))), 1, x);
            assertThatThrownBy(() -> OnnxFile.write(
                            folder.resolve("model.onnx"),
                            "giant",
                            graph,
                            x,
                            Map.of("fc.weight", weight),
                            "logits",
                            Map.of()))
                    .isInstanceOf(HalflightException.class)
                    .hasMessage(
                            "giant takes 2.1 GB, and an ONNX file holds at most 2.1: export it with --torchscript or"
                                    + " --safetensors");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aMissingFolderIsNamed() {
        Models.write(folder.resolve("model"), 0, 5);
        Exportable model = Exportable.of(ModelBundle.read(folder.resolve("model")), false);
        Path nowhere = folder.resolve("no/such/model");
        assertThatThrownBy(() -> Export.onnx(model, false, nowhere))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(nowhere + " could not be written");
        assertThatThrownBy(() -> Export.torchScript(model, false, nowhere))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(nowhere + " could not be written");
    }
}
