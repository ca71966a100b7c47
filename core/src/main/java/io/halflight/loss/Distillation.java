package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross entropy of a student with a teacher's softened answers (SimCLRv2, arXiv 2006.10029, equation 2):
 * -sum over classes of softmax(t / T) * log softmax(s / T), mean over the batch, in float32 or better. No gradient reaches
 * the teacher.
 */
public final class Distillation {
    static {
        NativeTorch.load();
    }

    private Distillation() {}

    /**
     * The loss.
     *
     * @param teacherLogits t [N, K]
     * @param studentLogits s [N, K]
     * @param temperature T, above 0; SimCLRv2 takes 0.1 for self-distillation, 1 for a smaller student
     * @param timesSquare whether to multiply by T squared, which makes the gradient's size independent of T where T is
     *     large. SimCLRv2's code does, its formula does not
     * @return a scalar, never below the teacher's own entropy
     */
    public static Tensor loss(Tensor teacherLogits, Tensor studentLogits, double temperature, boolean timesSquare) {
        if (studentLogits.dim() != 2
                || studentLogits.size(0) == 0
                || !Arrays.equals(teacherLogits.shape(), studentLogits.shape())) {
            throw new IllegalArgumentException("logits must both be [N, K] with N above 0, got %s and %s"
                    .formatted(Arrays.toString(teacherLogits.shape()), Arrays.toString(studentLogits.shape())));
        }
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
        }
        Scalar t = new Scalar(temperature);
        try (Autocast full = Autocast.off(studentLogits.device())) {
            Tensor target = Tensors.atLeastFloat(teacherLogits.detach()).div(t).softmax(1); // [N, K]
            Tensor student =
                    torch.log_softmax(Tensors.atLeastFloat(studentLogits).div(t), 1); // [N, K]
            Tensor loss = target.mul(student).sum(1).mean().neg();
            return timesSquare ? loss.mul(new Scalar(temperature * temperature)) : loss;
        }
    }
}
