package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CropSamplerTest {
    /** 100,000 draws: the standard error of the mean is below 0.001. */
    @ParameterizedTest
    @CsvSource({"TENSORFLOW, 0.405", "TORCHVISION, 0.479", "BYOL, 0.534"})
    void meanAreaOnASquarePictureIsThePublishedOne(CropSampler sampler, double expected) {
        SplittableRandom random = new SplittableRandom(11);
        double sum = 0;
        int draws = 100_000;
        for (int i = 0; i < draws; i++) {
            CropBox box = sampler.sample(random, 500, 500, 0.08, 1);
            sum += box.height() * box.width() / 250_000.0;
        }
        assertThat(sum / draws).as("seed 11").isCloseTo(expected, within(0.004));
    }

    @ParameterizedTest
    @EnumSource(CropSampler.class)
    void boxesLieInsideAndReachEveryEdge(CropSampler sampler) {
        SplittableRandom random = new SplittableRandom(12);
        int[][] sizes = {{32, 32}, {20, 50}, {50, 20}, {1, 7}, {5, 1}, {1, 1}, {2, 2}};
        for (int[] size : sizes) {
            boolean top = false;
            boolean bottom = false;
            boolean left = false;
            boolean right = false;
            for (int i = 0; i < 3000; i++) {
                CropBox box = sampler.sample(random, size[0], size[1], 0.08, 1);
                assertThat(box.height()).isBetween(1, size[0]);
                assertThat(box.width()).isBetween(1, size[1]);
                assertThat(box.top()).isBetween(0, size[0] - box.height());
                assertThat(box.left()).isBetween(0, size[1] - box.width());
                top |= box.top() == 0;
                left |= box.left() == 0;
                bottom |= box.top() + box.height() == size[0];
                right |= box.left() + box.width() == size[1];
            }
            assertThat(new boolean[] {top, bottom, left, right})
                    .as("seed 12, %d x %d", size[0], size[1])
                    .containsOnly(true);
        }
    }

    @ParameterizedTest
    @EnumSource(CropSampler.class)
    void areasAndAspectsKeepTheirRanges(CropSampler sampler) {
        SplittableRandom random = new SplittableRandom(13);
        double leastArea = 1;
        double mostArea = 0;
        double leastAspect = 9;
        double mostAspect = 0;
        for (int i = 0; i < 20_000; i++) {
            CropBox box = sampler.sample(random, 1000, 1000, 0.2, 0.5);
            double area = box.height() * box.width() / 1e6;
            double aspect = box.width() / (double) box.height();
            leastArea = Math.min(leastArea, area);
            mostArea = Math.max(mostArea, area);
            leastAspect = Math.min(leastAspect, aspect);
            mostAspect = Math.max(mostAspect, aspect);
        }
        assertThat(leastArea).as("seed 13").isCloseTo(0.2, within(0.003));
        assertThat(mostArea).as("seed 13").isCloseTo(0.5, within(0.003));
        assertThat(leastAspect).as("seed 13").isCloseTo(3.0 / 4, within(0.005));
        assertThat(mostAspect).as("seed 13").isCloseTo(4.0 / 3, within(0.005));
    }
}
