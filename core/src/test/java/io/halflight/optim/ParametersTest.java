package io.halflight.optim;

import static io.halflight.optim.Learnt.gradient;
import static io.halflight.optim.Learnt.parameter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.halflight.optim.Parameter.Kind;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.BatchNorm1dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LayerNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ParametersTest {
    static {
        NativeTorch.load();
    }

    /** As the normalisation that ends SimCLR's head, but with a shift only: the running statistics give it away. */
    private static final class ShiftOnly extends Module {
        private final Tensor shift = Tensors.floats(new float[2]).set_requires_grad(true);
        private final Tensor mean = Tensors.floats(new float[2]);

        ShiftOnly() {
            super("ShiftOnly");
            register_parameter("beta", shift);
            register_buffer("running_mean", mean);
        }
    }

    private static final class Net extends Module {
        private final LinearImpl linear = register_module("fc", new LinearImpl(3, 2));
        private final BatchNorm1dImpl batchNorm = register_module("bn", new BatchNorm1dImpl(new BatchNormOptions(2)));
        private final LayerNormImpl layerNorm =
                register_module("ln", new LayerNormImpl(new LayerNormOptions(new LongVector(new long[] {2}))));
        private final ShiftOnly shiftOnly = register_module("shift", new ShiftOnly());

        Net() {
            super("Net");
        }
    }

    @Test
    void tellsKindsByTheLayer() {
        assertThat(Parameters.of(new Net(), "encoder", false))
                .extracting(Parameter::name, Parameter::kind)
                .containsExactly(
                        tuple("encoder.fc.weight", Kind.WEIGHT),
                        tuple("encoder.fc.bias", Kind.BIAS),
                        tuple("encoder.bn.weight", Kind.NORM),
                        tuple("encoder.bn.bias", Kind.NORM),
                        tuple("encoder.ln.weight", Kind.NORM),
                        tuple("encoder.ln.bias", Kind.NORM),
                        tuple("encoder.shift.beta", Kind.NORM));
    }

    @Test
    void marksAClassifiersWeightOnly() {
        assertThat(Parameters.of(new LinearImpl(3, 2), "", true))
                .extracting(Parameter::name, Parameter::kind)
                .containsExactly(tuple("weight", Kind.CLASSIFIER), tuple("bias", Kind.BIAS));
    }

    @Test
    void leavesFrozenParametersOutAndHandsOutTheRealOnes() {
        LinearImpl linear = new LinearImpl(3, 2);
        linear.bias().set_requires_grad(false);
        List<Parameter> parameters = Parameters.of(linear, "fc", false);
        assertThat(parameters).extracting(Parameter::name).containsExactly("fc.weight");
        assertThat(parameters.get(0).tensor().is_same(linear.weight())).isTrue();
    }

    @Test
    void measuresAllGradientsAsOneVector() {
        Parameter a = parameter("a", Kind.WEIGHT, 1, 1);
        Parameter b = parameter("b", Kind.BIAS, 1);
        Parameter idle = parameter("idle", Kind.WEIGHT, 1);
        assertThat(Tensors.item(GradientNorm.of(List.of(a, b, idle)))).isZero();
        gradient(a, 2, 3);
        gradient(b, -6);
        assertThat(Tensors.item(GradientNorm.of(List.of(a, b, idle)))).isCloseTo(7, within(1e-6f));
    }
}
