package io.halflight.augment;

import java.util.SplittableRandom;

/**
 * Three published ways to draw the box of a random resized crop, all with an aspect ratio between 3/4 and 4/3. They are
 * not equal: with areas from 0.08 to 1 of a square picture the mean area is 0.405 (TENSORFLOW), 0.479 (TORCHVISION) and
 * 0.534 (BYOL), so small crops, and with them the difficulty of the task, differ.
 */
public enum CropSampler {
    /** Area uniform, aspect log-uniform, at most 10 tries; then the largest central box of an allowed aspect. */
    TORCHVISION {
        @Override
        CropBox sample(SplittableRandom random, int height, int width, double areaMin, double areaMax) {
            for (int attempt = 0; attempt < 10; attempt++) {
                double area = uniform(random, areaMin, areaMax) * height * width;
                double aspect = Math.exp(uniform(random, LOG_MIN_ASPECT, -LOG_MIN_ASPECT));
                int w = (int) Math.rint(Math.sqrt(area * aspect));
                int h = (int) Math.rint(Math.sqrt(area / aspect));
                if (w > 0 && h > 0 && w <= width && h <= height) {
                    return placed(random, height, width, h, w);
                }
            }
            int w = Math.min(width, (int) Math.rint(height * MAX_ASPECT));
            int h = Math.min(height, (int) Math.rint(width / MIN_ASPECT));
            return new CropBox((height - h) / 2, (width - w) / 2, h, w);
        }
    },

    /** Aspect uniform, then the height uniform between those of the least and the largest area; at most 100 tries. */
    TENSORFLOW {
        @Override
        CropBox sample(SplittableRandom random, int height, int width, double areaMin, double areaMax) {
            double least = areaMin * height * width;
            double most = areaMax * height * width;
            for (int attempt = 0; attempt < 100; attempt++) {
                double aspect = uniform(random, MIN_ASPECT, MAX_ASPECT);
                int tallest = (int) Math.rint(Math.sqrt(most / aspect));
                if (Math.rint(tallest * aspect) > width) {
                    tallest = (int) ((width + 0.499999) / aspect);
                }
                tallest = Math.min(tallest, height);
                int shortest = Math.min(tallest, (int) Math.rint(Math.sqrt(least / aspect)));
                int h = shortest + random.nextInt(tallest - shortest + 1);
                int w = (int) Math.rint(h * aspect);
                // Rounding may have left the range of areas by a pixel's breadth: one row more or less mends that.
                if (h * (double) w < least) {
                    w = (int) Math.rint(++h * aspect);
                }
                if (h * (double) w > most) {
                    w = (int) Math.rint(--h * aspect);
                }
                double area = h * (double) w;
                if (h > 0 && w > 0 && h <= height && w <= width && area >= least && area <= most) {
                    return placed(random, height, width, h, w);
                }
            }
            return new CropBox(0, 0, height, width);
        }
    },

    /** Area uniform, aspect log-uniform, no second try: sides longer than the picture's are cut to it. */
    BYOL {
        @Override
        CropBox sample(SplittableRandom random, int height, int width, double areaMin, double areaMax) {
            double area = uniform(random, areaMin, areaMax) * height * width;
            double aspect = Math.exp(uniform(random, LOG_MIN_ASPECT, -LOG_MIN_ASPECT));
            int w = Math.min(width, Math.max(1, (int) Math.rint(Math.sqrt(area * aspect))));
            int h = Math.min(height, Math.max(1, (int) Math.rint(Math.sqrt(area / aspect))));
            return placed(random, height, width, h, w);
        }
    };

    private static final double MIN_ASPECT = 3.0 / 4;
    private static final double MAX_ASPECT = 4.0 / 3;
    private static final double LOG_MIN_ASPECT = Math.log(MIN_ASPECT);

    /** Draws a box inside a picture of this size, with an area between two fractions of the picture's. */
    abstract CropBox sample(SplittableRandom random, int height, int width, double areaMin, double areaMax);

    private static CropBox placed(SplittableRandom random, int height, int width, int h, int w) {
        return new CropBox(random.nextInt(height - h + 1), random.nextInt(width - w + 1), h, w);
    }

    private static double uniform(SplittableRandom random, double from, double to) {
        return from + (to - from) * random.nextDouble();
    }
}
