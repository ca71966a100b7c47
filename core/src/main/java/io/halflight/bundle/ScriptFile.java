package io.halflight.bundle;

import io.halflight.DurableFile;
import io.halflight.nn.Graph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;

/** Writes a network as TorchScript, which libtorch compiles here from text and opens wherever it is: Python, C++, DJL. */
final class ScriptFile {
    private ScriptFile() {}

    /**
     * Writes the file.
     *
     * @param state the network's live handles by name
     * @param metadata becomes extra files
     */
    static void write(Path file, Graph graph, Map<String, Tensor> state, Map<String, String> metadata) {
        ExtraFilesMap extra = new ExtraFilesMap();
        metadata.forEach((name, text) -> extra.put(new BytePointer(name), new BytePointer(text)));
        JitModule module = module(graph, state);
        try {
            DurableFile.replace(file, fresh -> {
                try {
                    module.save(fresh.toString(), extra);
                } catch (RuntimeException e) { // with a native stack trace behind the first line
                    throw new IOException(
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
                }
            });
        } catch (IOException e) {
            throw BundleDirectory.unwritable(file, e);
        }
    }

    /** The compiled network; its tensors are the graph's. */
    static JitModule module(Graph graph, Map<String, Tensor> state) {
        ScriptSource source = new ScriptSource(graph, state);
        JitModule module = new JitModule(new QualifiedName("__torch__.Halflight"));
        // What PyTorch's own modules have; eval() and freeze of Python ask for it.
        module.register_attribute("training", new Type.TypePtr(BoolType.get().get()), new IValue(false));
        source.tensors().forEach((name, tensor) -> module.register_parameter(name, tensor.detach(), false));
        module.define(source.text());
        return module;
    }
}
