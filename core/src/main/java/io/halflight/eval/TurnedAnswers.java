package io.halflight.eval;

import io.halflight.loss.Rotations;
import io.halflight.nn.Layer;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier that sees each picture in all four orientations and gives the mean of its logits, as the authors of S4L
 * report it (arXiv:1905.03670, published code). It suits networks that have learnt their classes in all four.
 *
 * @param network square pictures [N, C, S, S] to logits [N, K], in evaluation mode
 */
public record TurnedAnswers(Layer network) implements Layer {
    @Override
    public Tensor forward(Tensor x) {
        Tensor logits = network.forward(Rotations.all(x)); // [4 N, K]
        return logits.view(4, x.size(0), logits.size(1)).mean(new long[] {0});
    }
}
