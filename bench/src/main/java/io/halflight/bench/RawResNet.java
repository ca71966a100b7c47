package io.halflight.bench;

import io.halflight.backbone.ImageClassifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet-18 with the stem for small pictures, written down as nothing but calls of the engine: the floor that a network of
 * modules, a trainer and an optimiser are measured against. Its weights are copies of a classifier's.
 */
final class RawResNet {
    private static final long[] DILATION = {1, 1};
    private static final double MOMENTUM = 0.1;
    private static final double EPS = 1e-5;

    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private final List<Tensor> learnt = new ArrayList<>();
    private final List<Tensor> momenta = new ArrayList<>();

    /** Copies the weights. Call it outside any scope. */
    RawResNet(ImageClassifier network) {
        network.state().forEach((name, tensor) -> {
            Tensor copy = tensor.detach().clone();
            state.put(name, copy);
            if (name.endsWith("weight") || name.endsWith("bias")) {
                copy.set_requires_grad(true);
                learnt.add(copy);
                momenta.add(torch.zeros_like(copy.detach()));
            }
        });
    }

    /** Pictures [N, C, S, S] to logits [N, K]. */
    Tensor forward(Tensor x, boolean training) {
        Tensor y = norm("bn1", conv("conv1", x, 1), training).relu_();
        for (int group = 1; group <= 4; group++) {
            for (int block = 0; block < 2; block++) {
                String name = "layer" + group + "." + block + ".";
                int stride = group > 1 && block == 0 ? 2 : 1;
                Tensor shortcut = y;
                if (state.containsKey(name + "downsample.0.weight")) {
                    shortcut = norm(name + "downsample.1", conv(name + "downsample.0", y, stride), training);
                }
                Tensor z = norm(name + "bn1", conv(name + "conv1", y, stride), training)
                        .relu_();
                y = norm(name + "bn2", conv(name + "conv2", z, 1), training)
                        .add_(shortcut)
                        .relu_();
            }
        }
        return torch.linear(y.mean(2, 3), get("fc.weight"), new TensorOptional(get("fc.bias")));
    }

    /** Cross-entropy, its gradient, and one update by momentum; the loss. */
    float step(Tensor x, Tensor labels, double rate, double momentum) {
        try (PointerScope scope = new PointerScope()) {
            Tensor loss = torch.cross_entropy_loss(forward(x, true), labels);
            for (Tensor w : learnt) {
                w.mutable_grad().reset();
            }
            loss.backward();
            try (NoGradGuard guard = new NoGradGuard()) {
                Scalar m = new Scalar(momentum);
                Scalar move = new Scalar(-rate);
                for (int i = 0; i < learnt.size(); i++) {
                    Tensor v = momenta.get(i).mul_(m).add_(learnt.get(i).grad());
                    learnt.get(i).add_(v, move);
                }
            }
            return loss.item_float();
        }
    }

    private Tensor conv(String name, Tensor x, int stride) {
        Tensor weight = get(name + ".weight");
        long padding = weight.size(2) / 2;
        return torch.conv2d(
                x,
                weight,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                DILATION,
                1);
    }

    private Tensor norm(String name, Tensor x, boolean training) {
        return torch.batch_norm(
                x,
                new TensorOptional(get(name + ".weight")),
                new TensorOptional(get(name + ".bias")),
                new TensorOptional(get(name + ".running_mean")),
                new TensorOptional(get(name + ".running_var")),
                training,
                MOMENTUM,
                EPS,
                true);
    }

    private Tensor get(String name) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the classifier has no " + name);
        }
        return tensor;
    }
}
