package io.halflight.backbone;

import static io.halflight.nn.Functional.mean;

import io.halflight.nn.Chain;
import io.halflight.nn.Layer;
import io.halflight.nn.NormForm;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * EfficientNet (arXiv:1905.11946) as Noisy Student (arXiv:1911.04252) trains it, with torchvision's state names:
 * {@code features.0.0}, {@code features.1.0.block.0.0}, {@code features.8.0}. Strided convolutions are padded on both
 * sides as in torchvision; TensorFlow pads right and below only, which matters to imported TensorFlow weights alone.
 *
 * <p>The network ends at the pooled features: the classifier, and the dropout before it, belong to
 * {@link ImageClassifier}.
 */
final class EfficientNet extends Backbone {
    private final EfficientNetConfig config;
    private final InputScale scale;
    private final List<Module> containers = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    private final List<List<Module>> parts = new ArrayList<>();
    private final int early;

    EfficientNet(EfficientNetConfig config, InputScale scale) {
        super("EfficientNet", config.noise());
        this.config = config;
        this.scale = scale;
        NormForm norm = config.tensorflowNorms() ? NormForm.TENSORFLOW : NormForm.TORCH;
        Module features = container(this, "features");
        var stem = new InvertedResidual.ConvNorm(config.inputChannels(), config.stemChannels(), 3, 2, 1, norm, true);
        layers.add(features.register_module("0", stem));
        parts.add(List.of(stem));
        List<EfficientNetConfig.BlockShape> blocks = config.blocks();
        Module stage = features;
        for (int i = 0; i < blocks.size(); i++) {
            EfficientNetConfig.BlockShape shape = blocks.get(i);
            if (shape.index() == 0) {
                stage = container(features, Integer.toString(shape.stage()));
                parts.add(List.of(stage));
            }
            double dropRate = config.noise().dropPath(i, blocks.size());
            layers.add(stage.register_module(
                    Integer.toString(shape.index()), new InvertedResidual(shape, norm, dropRate)));
        }
        EfficientNetConfig.BlockShape last = blocks.get(blocks.size() - 1);
        var top = new InvertedResidual.ConvNorm(last.out(), config.features(), 1, 1, 1, norm, true);
        layers.add(features.register_module(Integer.toString(last.stage() + 1), top));
        parts.add(List.of(top));
        // The stem and two stages, of which the second begins with the largest maps of the network.
        early = 1 + (int) blocks.stream().filter(block -> block.stage() <= 2).count();
    }

    /** A module that only lends its name; kept here, as the native side does not keep the Java object. */
    private Module container(Module parent, String name) {
        Module module = parent.register_module(name, new Module("Group"));
        containers.add(module);
        return module;
    }

    @Override
    public int features() {
        return config.features();
    }

    @Override
    public Tensor forward(Tensor x) {
        return mean(map(x)); // [N, d]
    }

    /** The last feature map, [N, d, H / 32, W / 32], of the small form H / 8. */
    Tensor map(Tensor x) {
        return Chain.forward(scale.apply(x), early, layers);
    }

    @Override
    protected List<List<Module>> parts() {
        return parts;
    }

    @Override
    List<Double> dropRates() {
        return layers.stream()
                .filter(ResidualBlock.class::isInstance)
                .map(layer -> ((ResidualBlock) layer).dropRate())
                .toList();
    }
}
