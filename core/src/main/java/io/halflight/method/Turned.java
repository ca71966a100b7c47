package io.halflight.method;

import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Rotations;
import io.halflight.nn.ChannelsLast;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Both streams in all four orientations, through a network with two heads in one pass: the answers and losses that
 * S4L-Rotation and MOAM share (arXiv:1905.03670).
 */
final class Turned {
    static final int TURNS = 4;

    private final Tensor pictures; // unlabelled [4 B_u, C, S, S]
    private final Tensor h; // of these [4 B_u, d]
    private final Tensor classes; // of the labelled [4 B, K]
    private final Tensor labels; // int64 [4 B]
    private final Tensor turns; // of all [4 (B + B_u), 4]
    private final Tensor turnLabels; // int64 [4 (B + B_u)]
    private final Tensor rotation;

    /** Makes the pass; the views are square. */
    Turned(ImageClassifier network, LinearImpl head, Batch batch) {
        Tensor l = batch.labelled().view(0); // [B, C, S, S]
        Tensor u = batch.unlabelled().view(0); // [B_u, C, S, S]
        pictures = Rotations.all(u);
        long labelled = TURNS * l.size(0);
        long unlabelled = TURNS * u.size(0);
        Tensor all = network.embed(ChannelsLast.of(cat(Rotations.all(l), pictures))); // [4 (B + B_u), d]
        h = all.narrow(0, labelled, unlabelled);
        classes = network.classify(all.narrow(0, 0, labelled));
        labels = batch.labelled().labels().repeat(TURNS);
        turns = head.forward(all);
        Tensor turnsL = Rotations.labels(l.size(0), l.device());
        Tensor turnsU = Rotations.labels(u.size(0), u.device());
        turnLabels = cat(turnsL, turnsU);
        rotation = CrossEntropy.loss(turns.narrow(0, 0, labelled), turnsL, 0)
                .add(CrossEntropy.loss(turns.narrow(0, labelled, unlabelled), turnsU, 0))
                .mul(new Scalar(0.5));
    }

    private static Tensor cat(Tensor a, Tensor b) {
        return torch.cat(new TensorVector(a, b), 0);
    }

    /** Cross entropy of the labelled pictures' classes, over all four orientations. */
    Tensor classification() {
        return CrossEntropy.loss(classes, labels, 0);
    }

    /** Cross entropy of the number of turns: half its mean over the labelled pictures, half over the unlabelled. */
    Tensor rotation() {
        return rotation;
    }

    /** The unlabelled pictures as the network saw them, [4 B_u, C, S, S]. */
    Tensor pictures() {
        return pictures;
    }

    /** Their features, [4 B_u, d]. */
    Tensor h() {
        return h;
    }

    void putFigures(Map<String, Tensor> parts) {
        parts.put("rotationLoss", rotation.detach());
        parts.put("trainAccuracy", Accuracy.of(classes, labels));
        parts.put("pretextAccuracy", Accuracy.of(turns, turnLabels));
    }
}
