package io.halflight.augment;

/** How a picture is resized. Source coordinates have their half-pixel offset throughout. */
enum Filter {
    /** Triangle, stretched by the scale when shrinking: torchvision and Pillow with antialiasing. */
    BILINEAR(1, true) {
        @Override
        double at(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** Keys' cubic with a = -0.5, stretched by the scale when shrinking: torchvision and Pillow with antialiasing. */
    BICUBIC(2, true) {
        @Override
        double at(double x) {
            return keys(Math.abs(x));
        }
    },
    /**
     * Keys' cubic with a = -0.5 over four source pixels at any scale: TensorFlow's resize, which aliases when
     * shrinking.
     */
    BICUBIC_SHARP(2, false) {
        @Override
        double at(double x) {
            return keys(Math.abs(x));
        }
    };

    /** Half the width of the kernel, in source pixels when enlarging. */
    final int radius;

    final boolean antialias;

    Filter(int radius, boolean antialias) {
        this.radius = radius;
        this.antialias = antialias;
    }

    abstract double at(double x);

    private static double keys(double x) {
        double a = -0.5;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
