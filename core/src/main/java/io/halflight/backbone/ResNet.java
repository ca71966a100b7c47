package io.halflight.backbone;

import static io.halflight.nn.Functional.maxPool;
import static io.halflight.nn.Functional.relu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Chain;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Functional;
import io.halflight.nn.Layer;
import io.halflight.nn.NormedConv;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * The ResNet-v1 of SimCLR (arXiv:2002.05709), SimCLRv2 (arXiv:2006.10029) and torchvision.
 *
 * <p>State names are torchvision's: {@code conv1}, {@code bn1}, {@code layer1.0.conv1}, {@code layer1.0.downsample.0}.
 * ResNet-D adds timm's {@code conv1.0} to {@code conv1.6} and {@code downsample.1}, {@code downsample.2}. A selective
 * kernel stands at {@code layer1.0.conv2} with {@code conv}, {@code bn}, {@code fc_reduce}, {@code fc_bn} and
 * {@code fc_select}, and takes the place of {@code bn2}.
 *
 * <p>First weights come from torch's global generator. The max pool pads on both sides as in PyTorch; TensorFlow pads
 * right and below only, which matters to imported TensorFlow weights alone.
 *
 * <p>Call {@link io.halflight.torch.NativeTorch#load()} before the first one is built, outside any
 * {@code PointerScope}, as {@link Backbones#create} does.
 */
public final class ResNet extends Backbone {
    private final ResNetConfig config;
    private final InputScale scale;
    private final Layer stem;
    private final List<List<Module>> parts = new ArrayList<>();
    private final List<ResidualBlock> blocks = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    private final int early; // of these: the stem and the first group

    public ResNet(ResNetConfig config) {
        this(config, InputScale.NONE);
    }

    /** A network that scales its input first. */
    public ResNet(ResNetConfig config, InputScale scale) {
        super("ResNet", config.noise());
        this.config = config;
        this.scale = scale;
        int width = config.stemChannels();
        Layer conv1 = switch (config.stem()) {
            case IMAGENET -> register_module("conv1", new Conv2d(config.inputChannels(), width, 7, 2));
            case SMALL -> register_module("conv1", new Conv2d(config.inputChannels(), width, 3, 1));
            case RESNET_D -> register_module("conv1", new DeepStem(config.inputChannels(), config.stemHalf(), width));
        };
        BatchNorm bn1 = register_module("bn1", new BatchNorm(width));
        stem = conv1 instanceof Conv2d conv ? new NormedConv(conv, bn1) : x -> bn1.forward(conv1.forward(x));
        parts.add(List.of((Module) conv1, bn1));
        List<ResNetConfig.BlockShape> shapes = config.blocks();
        for (ResNetConfig.BlockShape shape : shapes) {
            if (shape.index() == 0) {
                parts.add(List.of(register_module("layer" + shape.group(), new Module("Group"))));
            }
            Module group = parts.get(shape.group()).get(0);
            String name = Integer.toString(shape.index());
            double dropRate = config.noise().dropPath(blocks.size(), shapes.size());
            blocks.add(
                    config.bottleneck()
                            ? group.register_module(name, new Bottleneck(config, shape, dropRate))
                            : group.register_module(name, new BasicBlock(config, shape, dropRate)));
        }
        layers.add(this::stem);
        layers.addAll(blocks);
        layers.add(Functional::mean);
        early = 1 + (int) shapes.stream().filter(shape -> shape.group() == 1).count();
    }

    public ResNetConfig config() {
        return config;
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
        Tensor y = relu(stem.forward(scale.apply(x)));
        return config.stem() == Stem.SMALL ? y : maxPool(y);
    }
}
