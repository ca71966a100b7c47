package io.halflight.backbone;

import static io.halflight.nn.Functional.maxPool;
import static io.halflight.nn.Functional.mean;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Chain;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * The WideResNet of UDA (arXiv:1904.12848) and FixMatch (arXiv:2001.07685), and the ResNet v2 of S4L (arXiv:1905.03670):
 * a bare convolution, pre-activation blocks, and normalisation, activation and mean at the end.
 *
 * <p>State names are those of timm's ResNet v2: {@code stem.conv}, {@code stages.0.blocks.0.norm1},
 * {@code stages.0.blocks.0.conv1}, {@code stages.0.blocks.0.downsample.conv}, {@code norm}. Momentum and epsilon are the
 * papers' own, so timm's weights would not give timm's features.
 */
final class PreActivationResNet extends Backbone {
    private final PreActivationConfig config;
    private final InputScale scale;
    private final List<Module> containers = new ArrayList<>();
    private final List<List<Module>> parts = new ArrayList<>();
    private final Conv2d conv;
    private final List<PreActivationBlock> blocks = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    private final int early; // of these: the stem and the first group
    private final BatchNorm norm;
    private final PreActivationBlock.Activation activation;

    PreActivationResNet(PreActivationConfig config, InputScale scale) {
        super("PreActivationResNet", config.noise());
        this.config = config;
        this.scale = scale;
        PreActivationForm form = config.form();
        boolean large = config.stem() == Stem.IMAGENET;
        conv = container(this, "stem")
                .register_module(
                        "conv",
                        new Conv2d(
                                config.inputChannels(),
                                config.stemChannels(),
                                large ? 7 : 3,
                                large ? 2 : 1,
                                1,
                                false,
                                form.init()));
        parts.add(List.of(conv));
        Module stages = container(this, "stages");
        Module group = stages;
        List<PreActivationConfig.BlockShape> shapes = config.blocks();
        for (PreActivationConfig.BlockShape shape : shapes) {
            if (shape.index() == 0) {
                group = container(container(stages, Integer.toString(shape.group())), "blocks");
                parts.add(List.of(group));
            }
            double dropRate = config.noise().dropPath(blocks.size(), shapes.size());
            blocks.add(group.register_module(
                    Integer.toString(shape.index()), new PreActivationBlock(form, shape, dropRate)));
        }
        norm = register_module("norm", new BatchNorm(config.features(), form.norm()));
        parts.add(List.of(norm));
        activation = new PreActivationBlock.Activation(form.slope());
        layers.add(this::stem);
        layers.addAll(blocks);
        early = 1 + (int) shapes.stream().filter(shape -> shape.group() == 0).count();
        layers.add(y -> mean(activation.apply(norm.forward(y))));
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
        return Chain.forward(x, early, layers); // [N, d]
    }

    @Override
    protected List<List<Module>> parts() {
        return parts;
    }

    @Override
    List<Double> dropRates() {
        return blocks.stream().map(ResidualBlock::dropRate).toList();
    }

    /** What the first block gets: [N, C, H / 4, W / 4], or the full side behind the small stem. */
    Tensor stem(Tensor x) {
        Tensor y = conv.forward(scale.apply(x));
        return config.stem() == Stem.SMALL ? y : maxPool(y);
    }
}
