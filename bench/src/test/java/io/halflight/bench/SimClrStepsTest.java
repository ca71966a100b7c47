package io.halflight.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmarks of the device time is a training step indeed, here on a CPU. */
class SimClrStepsTest {
    private static final long SEED = 4;
    private static final SimClrSteps.Shape SMALL = new SimClrSteps.Shape("resnet10", 0.125, 32, 8);

    @ParameterizedTest
    @EnumSource(names = {"FP32", "BF16"})
    void stepsLearn(Precision precision) {
        NativeTorch.load();
        torch.manual_seed(SEED);
        Device cpu = Devices.parse("cpu");
        SimClrSteps steps = new SimClrSteps(SMALL, cpu, precision);
        assertThat(steps.paint()).isPositive();
        double first = steps.step();
        for (int i = 0; i < 8; i++) {
            assertThat(steps.learn()).isPositive();
        }
        assertThat(steps.step()).as("seed %d", SEED).isLessThan(first);
    }

    @Test
    void rowsSayWhatTheHalvesTake() {
        NativeTorch.load();
        SimClrSteps steps = new SimClrSteps(SMALL, Devices.parse("cpu"), Precision.FP32);
        Row share = DeviceSteps.share("share", steps, 3);
        double said = Double.parseDouble(share.here().replace(" %", "")) / 100;
        assertThat(said).isStrictlyBetween(0.0, 1.0);
        assertThat(share.ratio()).isBetween(1 / (3 * (said + 0.006)), 1 / (3 * Math.max(0.001, said - 0.006)));
        Row precision = DeviceSteps.precision(
                "precision", new SimClrSteps(SMALL, Devices.parse("cpu"), Precision.BF16), steps, 3);
        assertThat(precision.here()).endsWith(" ms");
        assertThat(precision.beside()).startsWith("fp32 ").endsWith(" ms");
        assertThat(precision.ratio()).isPositive();
        Row speed = DeviceSteps.speed("speed", steps, SMALL, 3);
        assertThat(speed.here()).endsWith(" views/s");
        assertThat(speed.isReached()).isFalse(); // 16 views in 0.5 ms
    }
}
