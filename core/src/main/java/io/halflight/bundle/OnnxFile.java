package io.halflight.bundle;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import io.halflight.nn.Graph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a network as ONNX (github.com/onnx/onnx: onnx.proto, Operators.md), operator set 17, which ONNX Runtime reads from 1.12 on.
 * How many pictures go in at once is free, their size is not.
 */
final class OnnxFile {
    static final String INPUT = "pictures";
    private static final int OPERATORS = 17;
    private static final int FORMAT = 8; // the version of the file format that came with operator set 17

    /** A protocol buffer counts its bytes in an int. */
    private static final long LARGEST = Integer.MAX_VALUE;

    private OnnxFile() {}

    /**
     * Writes the file.
     *
     * @param name of the model
     * @param example what the graph was made with: the input has its type, and its sizes behind the first
     * @param state the network's live handles by name
     * @param output name of the result
     * @param metadata free text by key
     * @throws HalflightException for more than 2 GB
     */
    static void write(
            Path file,
            String name,
            Graph graph,
            Tensor example,
            Map<String, Tensor> state,
            String output,
            Map<String, String> metadata) {
        OnnxNodes nodes = new OnnxNodes(new WeightNames(state));
        String[] values = new String[graph.steps().size() + 1];
        values[0] = INPUT;
        for (int i = 1; i < values.length; i++) {
            Graph.Step step = graph.steps().get(i - 1);
            String kind = step.operation().getClass().getSimpleName().toLowerCase(Locale.ROOT);
            values[i] = i == graph.output() ? output : kind + "_" + i;
            List<String> inputs =
                    step.inputs().stream().map(value -> values[value]).toList();
            nodes.add(step.operation(), inputs, values[i]);
        }
        ProtoMessage model = new ProtoMessage()
                .number(1, FORMAT)
                .text(2, "halflight")
                .message(
                        7,
                        nodes.message()
                                .text(2, name)
                                .message(11, value(INPUT, example))
                                .message(12, value(output, graph.result())))
                .message(8, new ProtoMessage().text(1, "").number(2, OPERATORS));
        metadata.forEach(
                (key, text) -> model.message(14, new ProtoMessage().text(1, key).text(2, text)));
        if (model.size() > LARGEST) {
            throw HalflightException.usage(
                    "%s takes %.1f GB, and an ONNX file holds at most 2.1: export it with --torchscript or --safetensors"
                            .formatted(name, model.size() / 1e9));
        }
        try {
            DurableFile.write(file, model::writeTo);
        } catch (IOException e) {
            throw BundleDirectory.unwritable(file, e);
        }
    }

    /** A tensor's name, type and shape, of which the first size is free. */
    private static ProtoMessage value(String name, Tensor tensor) {
        ProtoMessage shape = new ProtoMessage().message(1, new ProtoMessage().text(2, "N"));
        for (int i = 1; i < tensor.dim(); i++) {
            shape.message(1, new ProtoMessage().number(1, tensor.size(i)));
        }
        ProtoMessage type = new ProtoMessage().number(1, OnnxNodes.type(tensor)).message(2, shape);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, type));
    }
}
