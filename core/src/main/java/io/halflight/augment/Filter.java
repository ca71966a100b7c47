package io.halflight.augment;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a picture is resized. Source coordinates have their half-pixel offset throughout. */
enum Filter {
    /** Triangle, stretched by the scale when shrinking: torchvision and Pillow with antialiasing. */
    BILINEAR(1, true) {
        @Override
        double at(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }

        @Override
        Tensor at(Tensor distance) {
            Scalar one = new Scalar(1.0);
            return torch.rsub(distance, one).clamp_min_(new Scalar(0.0));
        }
    },
    /** Keys' cubic with a = -0.5, stretched by the scale when shrinking: torchvision and Pillow with antialiasing. */
    BICUBIC(2, true) {
        @Override
        double at(double x) {
            return keys(Math.abs(x));
        }

        @Override
        Tensor at(Tensor distance) {
            return keys(distance);
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

        @Override
        Tensor at(Tensor distance) {
            return keys(distance);
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

    /** The same at distances, none negative, of any shape. */
    abstract Tensor at(Tensor distance);

    private static double keys(double x) {
        double a = -0.5;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static Tensor keys(Tensor distance) {
        Tensor x = distance.clamp_max(new Scalar(2.0)); // where the outer piece is 0
        Tensor inner =
                x.mul(new Scalar(1.5)).sub_(new Scalar(2.5)).mul_(x).mul_(x).add_(new Scalar(1.0));
        Tensor outer =
                x.sub(new Scalar(5.0)).mul_(x).add_(new Scalar(8.0)).mul_(x).sub_(new Scalar(4.0));
        return torch.where(x.lt(new Scalar(1.0)), inner, outer.mul_(new Scalar(-0.5)));
    }
}
