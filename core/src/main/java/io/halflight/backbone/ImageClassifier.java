package io.halflight.backbone;

import static io.halflight.nn.Functional.linear;

import io.halflight.HalflightException;
import io.halflight.nn.Init;
import io.halflight.nn.Layer;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A backbone, the first layers of its projection head, and a linear classifier on top: what SimCLRv2 (arXiv:2006.10029,
 * section 3) fine-tunes, and without head layers what torchvision calls a ResNet. In training it drops the share of its
 * last features that its backbone asks for, as EfficientNet does.
 *
 * <p>It shares the weights of the backbone and the head that it is given, and knows nothing of the head's later layers.
 */
public final class ImageClassifier extends Module implements Layer {
    private final Backbone backbone;
    private final ProjectionHead kept;
    private final LinearImpl fc;

    /**
     * Puts a classifier on a backbone.
     *
     * @param head the projection head, null for none
     * @param headLayers how many of its inner layers are kept; the last one, which has no ReLU, never is
     * @param zeroInit whether the classifier starts at zero, as for fine-tuning, else at N(0, 0.01²)
     * @throws HalflightException when the head has too few layers
     */
    public ImageClassifier(
            Backbone backbone, @Nullable ProjectionHead head, int headLayers, int classes, boolean zeroInit) {
        super("ImageClassifier");
        int inner = head == null ? 0 : Math.max(0, head.layers() - 1);
        if (headLayers < 0 || headLayers > inner) {
            throw HalflightException.usage("the classifier can keep 0 to " + inner
                    + " layers of this projection head, all but its last, got " + headLayers);
        }
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be positive, got " + classes);
        }
        ProjectionHead source = head == null ? new ProjectionHead(backbone.features(), 0, 1, 0) : head;
        this.backbone = register_module("backbone", backbone);
        this.kept = register_module("head", source.first(headLayers));
        this.fc = register_module("fc", Init.dense(kept.width(headLayers), classes, true));
        if (zeroInit) {
            try (NoGradGuard guard = new NoGradGuard()) {
                fc.weight().zero_();
            }
        }
    }

    /** Pictures [N, C, H, W] to logits [N, K]. */
    @Override
    public Tensor forward(Tensor x) {
        return classify(backbone.forward(x));
    }

    /** Features h [N, d] to logits [N, K]: for those who have another use for the features beside. */
    public Tensor classify(Tensor h) {
        Tensor kept = this.kept.forward(h);
        double rate = backbone.dropout();
        return linear(fc, rate > 0 && is_training() ? torch.dropout(kept, rate, true) : kept);
    }

    /** Pictures [N, C, H, W] to the backbone's features h [N, d]. */
    public Tensor embed(Tensor x) {
        return backbone.forward(x);
    }

    public Backbone backbone() {
        return backbone;
    }

    public int classes() {
        return (int) fc.weight().size(0);
    }

    /**
     * Live handles of all weights and running statistics. Names of the backbone stand without a prefix, so that without
     * head layers a ResNet's are torchvision's; the rest is {@code head.<layer>.*}, {@code fc.weight}, {@code fc.bias}.
     */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(backbone));
        state.putAll(StateDict.of(kept, "head"));
        state.putAll(StateDict.of(fc, "fc"));
        return state;
    }
}
