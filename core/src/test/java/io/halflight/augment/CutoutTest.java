package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CutoutTest {
    /** Every pixel is a centre equally often, so a square of side 1 covers each equally often. */
    @Test
    void theCentreIsUniform() {
        SplittableRandom random = new SplittableRandom(1);
        int[] seen = new int[7 * 5];
        for (int i = 0; i < 35_000; i++) {
            CropBox box = Cutout.draw(random, 7, 5, 1);
            assertThat(box.height() * box.width()).isEqualTo(1);
            seen[box.top() * 5 + box.left()]++;
        }
        for (int count : seen) {
            assertThat((double) count).as("seed 1").isCloseTo(1000, within(150.0)); // 4.7 standard deviations
        }
    }

    @Test
    void theSquareIsCutAtTheBorder() {
        SplittableRandom random = new SplittableRandom(2);
        boolean whole = false;
        boolean corner = false;
        for (int i = 0; i < 2000; i++) {
            CropBox box = Cutout.draw(random, 12, 20, 6);
            assertThat(box.top()).isBetween(0, 11);
            assertThat(box.left()).isBetween(0, 19);
            assertThat(box.top() + box.height()).isBetween(1, 12);
            assertThat(box.left() + box.width()).isBetween(1, 20);
            whole |= box.height() == 6 && box.width() == 6;
            corner |= box.height() == 3 && box.width() == 3;
        }
        assertThat(whole).isTrue();
        assertThat(corner).isTrue(); // centre on the last row and column: 3 before, itself and 2 after are cut
    }

    @Test
    void aroundAnotherViewItCoversOneColourAndLeavesTheRest() {
        Picture picture = Pictures.noise(3, 3, 16, 16);
        float[] plain = Pictures.floats(picture);
        Cutout cutout = new Cutout(new CentreView(16, 3), 7, new Fill(10, 20, 255));
        for (int seed = 0; seed < 50; seed++) {
            float[] out = new float[2 + plain.length];
            cutout.apply(picture, new SplittableRandom(seed), out, 2);
            CropBox hole = Cutout.draw(new SplittableRandom(seed), 16, 16, 7);
            assertThat(hole.height()).isBetween(4, 7);
            for (int i = 0; i < plain.length; i++) {
                int y = i / 16 % 16 - hole.top();
                int x = i % 16 - hole.left();
                boolean inside = y >= 0 && y < hole.height() && x >= 0 && x < hole.width();
                float fill = (i < 256 ? 10 : i < 512 ? 20 : 255) / 255f;
                assertThat(out[2 + i]).as("seed %d, index %d", seed, i).isEqualTo(inside ? fill : plain[i]);
            }
            assertThat(out).startsWith(0, 0);
        }
    }

    @Test
    void sideNoneCoversNothing() {
        Picture picture = Pictures.noise(4, 1, 9, 9);
        float[] out = new float[81];
        new Cutout(new CentreView(9, 1), 0, Fill.grey(0)).apply(picture, new SplittableRandom(1), out, 0);
        assertThat(out).isEqualTo(Pictures.floats(picture));
        assertThat(Cutout.side(0.5, 28)).isEqualTo(14);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Cutout(new CentreView(9, 1), -1, Fill.grey(0)))
                .withMessageContaining("got -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fill(0, 256, 0))
                .withMessageContaining("256");
    }
}
