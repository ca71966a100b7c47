package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.Fill;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.data.Picture;
import org.junit.jupiter.api.Test;

class RunDataTest {
    /** Forty pictures are fewer than the sample, so the mean is that of all that are trained on, and of no other. */
    @Test
    void theMeanIsEachChannelsOverThePicturesThatAreTrainedOn() {
        Dataset shapes = Datasets.open("shapes:40,20", new Datasets.Options(16));
        LabelSplit split = LabelSplit.draw(shapes, new LabelSplit.Request(new LabelRequest.PerClass(2), 1, 0), 3);
        double[] sums = new double[3];
        int[] pictures = split.unlabelledStream();
        for (int i : pictures) {
            Picture picture = shapes.picture(i);
            for (int at = 0; at < picture.pixels().length; at++) {
                sums[at / (picture.height() * picture.width())] += picture.pixels()[at] & 255;
            }
        }
        Picture first = shapes.picture(pictures[0]); // all have its size
        double pixels = (double) pictures.length * first.height() * first.width();
        assertThat(pictures.length).isBetween(2, 40);
        assertThat(new RunData(shapes, split, 16, 3).mean())
                .isEqualTo(new Fill((int) Math.round(sums[0] / pixels), (int) Math.round(sums[1] / pixels), (int)
                        Math.round(sums[2] / pixels)));
    }
}
