package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlacedCropTest {
    /** 16 rows of 24 pixels whose value tells their place: a square of 14 needs no resizing for views of 14. */
    private static Picture places() {
        byte[] pixels = new byte[16 * 24];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 251);
        }
        return new Picture(1, 16, 24, pixels);
    }

    @Test
    void theMiddleAndTheCornersAreCutOut() {
        int[][] corners = {{1, 5}, {0, 0}, {0, 10}, {2, 0}, {2, 10}};
        List<Transform> five = PlacedCrop.five(14, 1);
        assertThat(five).hasSize(5);
        for (int v = 0; v < 5; v++) {
            float[] out = new float[14 * 14];
            five.get(v).apply(places(), new SplittableRandom(v), out, 0);
            for (int y = 0; y < 14; y++) {
                for (int x = 0; x < 14; x++) {
                    int place = (corners[v][0] + y) * 24 + corners[v][1] + x;
                    assertThat(out[14 * y + x]).isCloseTo(place % 251 / 255f, within(1e-6f));
                }
            }
        }
    }

    @Test
    void aSmallerViewShowsTheSameSquare() {
        float[] out = new float[7 * 7];
        PlacedCrop.five(7, 1).get(4).apply(places(), new SplittableRandom(0), out, 0);
        float mean = 0;
        for (float value : out) {
            mean += value / out.length;
        }
        float expected = 0;
        for (int y = 2; y < 16; y++) {
            for (int x = 10; x < 24; x++) {
                expected += (24 * y + x) % 251 / 255f / 196;
            }
        }
        assertThat(mean).isCloseTo(expected, within(0.02f));
    }
}
