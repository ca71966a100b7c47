package io.halflight.bundle;

import io.halflight.backbone.BackboneSpec;
import io.halflight.json.Json;
import io.halflight.nn.Folding;
import io.halflight.nn.Functional;
import io.halflight.nn.Graph;
import io.halflight.nn.Layer;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes a network for other programs. In all files but plain weights, convolutions have their normalisations in them. */
public final class Export {
    static {
        NativeTorch.load();
    }

    private Export() {}

    /**
     * As ONNX.
     *
     * @param bytes whether the file takes bytes, uint8 [N, C, H, W], else floats from 0 to 1
     * @throws io.halflight.HalflightException if it cannot be written, or would have more than 2 GB
     */
    public static void onnx(Exportable model, boolean bytes, Path file) {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            Tensor example = example(model.backbone(), bytes);
            Graph graph = folding.during(() -> Graph.of(network(model, bytes), example));
            OnnxFile.write(file, model.name(), graph, example, model.state(), model.output(), metadata(model, bytes));
        }
    }

    /** As TorchScript, otherwise as {@link #onnx}; of any size. */
    public static void torchScript(Exportable model, boolean bytes, Path file) {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            Tensor example = example(model.backbone(), bytes);
            Graph graph = folding.during(() -> Graph.of(network(model, bytes), example));
            ScriptFile.write(file, graph, model.state(), metadata(model, bytes));
        }
    }

    /**
     * The weights alone, as safetensors.
     *
     * @return what torchvision makes of them
     */
    public static PublicForm safetensors(Exportable model, Path file) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, String> metadata = new LinkedHashMap<>(metadata(model, false));
            metadata.put("format", "pt"); // other readers ask for this entry
            Safetensors.write(file, PublicForm.state(model), metadata);
        }
        return PublicForm.of(model);
    }

    private static Layer network(Exportable model, boolean bytes) {
        return bytes ? x -> model.network().forward(Functional.unit(x)) : model.network();
    }

    private static Tensor example(BackboneSpec backbone, boolean bytes) {
        long[] shape = {1, backbone.channels(), backbone.size(), backbone.size()};
        return torch.zeros(shape, torch.dtype(bytes ? ScalarType.Byte : ScalarType.Float));
    }

    /** What a program has to know to use the file, in JSON; keys are those of {@code model.json}. */
    private static Map<String, String> metadata(Exportable model, boolean bytes) {
        Map<String, Object> preprocessing = new LinkedHashMap<>();
        preprocessing.put("size", model.backbone().size());
        preprocessing.put("channels", model.backbone().channels());
        preprocessing.put("range", bytes ? List.of(0, 255) : List.of(0.0, 1.0));
        preprocessing.put("resize", Description.RESIZE);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("classes", Json.write(model.classes()));
        metadata.put("preprocessing", Json.write(preprocessing));
        metadata.put("licence", model.licence());
        return metadata;
    }
}
