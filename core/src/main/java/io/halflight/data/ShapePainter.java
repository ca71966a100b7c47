package io.halflight.data;

import java.util.SplittableRandom;

/** Paints one picture of {@link ShapesDataset}: ground, things behind, the figure, things in front, light, noise. */
final class ShapePainter {
    private static final int SIDE = 32;
    private static final int AREA = SIDE * SIDE;

    /** Largest rotation of the figure either way, in radians: 14 degrees. */
    private static final double MOST_ROTATION = 0.25;

    private static final double LEAST_RADIUS = 10;
    private static final double MOST_RADIUS = 14;
    /** Least difference in lightness between figure and ground, so that grey views keep the figure. */
    private static final double LEAST_CONTRAST = 0.28;

    /** How often the figure is darker than its ground though it could be lighter. */
    private static final double INVERTED = 0.1;

    private static final int MOST_BEHIND = 2;
    private static final int MOST_IN_FRONT = 1;
    private static final double MOST_NOISE = 0.05;

    /** Side of the grid of random numbers behind clouds. */
    private static final int KNOTS = 6;

    private enum Pattern {
        PLAIN,
        GRADIENT,
        STRIPES,
        CHECKS,
        CLOUDS
    }

    private final SplittableRandom random;
    private final float[] canvas = new float[3 * AREA];

    private ShapePainter(SplittableRandom random) {
        this.random = random;
    }

    static Picture paint(Figure figure, SplittableRandom random) {
        ShapePainter painter = new ShapePainter(random);
        painter.paint(figure);
        return new Picture(3, SIDE, SIDE, painter.developed());
    }

    /** Coverage of a pixel by something, 0 to 1. */
    private interface Cover {
        double at(double x, double y);
    }

    /** Two colours mixed by a pattern over the plane. */
    private record Texture(
            Pattern pattern, double[] colour, double[] other, double dx, double dy, double phase, double[] knots) {
        /** Share of the second colour at a pixel. */
        double mix(double x, double y) {
            double u = x * dx + y * dy + phase;
            return switch (pattern) {
                case PLAIN -> 0;
                case GRADIENT -> clamp(0.5 + (x - SIDE / 2.0) * dx * 0.4 + (y - SIDE / 2.0) * dy * 0.4);
                case STRIPES -> wave(u);
                case CHECKS -> wave(u) > 0.5 == wave(y * dx - x * dy + phase) > 0.5 ? 1 : 0;
                case CLOUDS -> clouds(x, y);
            };
        }

        private double clouds(double x, double y) {
            double u = x * (KNOTS - 1.001) / SIDE;
            double v = y * (KNOTS - 1.001) / SIDE;
            int j = (int) u;
            int i = (int) v;
            double fu = smooth(u - j);
            double fv = smooth(v - i);
            int at = i * KNOTS + j;
            double above = knots[at] + fu * (knots[at + 1] - knots[at]);
            double below = knots[at + KNOTS] + fu * (knots[at + KNOTS + 1] - knots[at + KNOTS]);
            return above + fv * (below - above);
        }

        /** A trapezium wave of period 1 between 0 and 1, soft enough not to alias. */
        private static double wave(double u) {
            double saw = u - Math.floor(u);
            return clamp(0.5 + 2.2 * (Math.abs(saw - 0.5) * 2 - 0.5));
        }
    }

    private void paint(Figure figure) {
        double[] ground = colour();
        double[] ink = contrasting(ground);
        lay(texture(ground, 0.2), (x, y) -> 1, SIDE / 2.0, SIDE / 2.0, SIDE);
        double radius = between(LEAST_RADIUS, MOST_RADIUS);
        double room = SIDE / 2.0 - radius * 0.9;
        double cx = SIDE / 2.0 + between(-room, room);
        double cy = SIDE / 2.0 + between(-room, room);
        int behind = below(MOST_BEHIND + 1);
        for (int i = 0; i < behind; i++) {
            clutter(chance(0.3) ? ink : colour(), between(0, SIDE), between(0, SIDE), between(1.5, 5));
        }
        figure(figure, texture(ink, 0.12), cx, cy, radius);
        int front = below(MOST_IN_FRONT + 1);
        for (int i = 0; i < front; i++) {
            double angle = between(0, 2 * Math.PI);
            double away = between(0.35, 1.2) * radius;
            clutter(
                    chance(0.4) ? ground : colour(),
                    cx + away * StrictMath.cos(angle),
                    cy + away * StrictMath.sin(angle),
                    radius * between(0.15, 0.36));
        }
    }

    private void figure(Figure figure, Texture texture, double cx, double cy, double radius) {
        double turn = between(-MOST_ROTATION, MOST_ROTATION);
        double sine = StrictMath.sin(turn);
        double cosine = StrictMath.cos(turn);
        double wide = radius * between(0.86, 1.14);
        double high = radius * between(0.86, 1.14);
        double shear = between(-0.14, 0.14);
        double mirror = chance(0.5) ? -1 : 1;
        double bend = between(-0.08, 0.08);
        boolean outlined = chance(0.15);
        double stroke = between(1.3, 2.6) / 2;
        double scale = Math.min(wide, high);
        lay(
                texture,
                (x, y) -> {
                    double u = ((x - cx) * cosine + (y - cy) * sine) / wide * mirror;
                    double v = ((y - cy) * cosine - (x - cx) * sine) / high;
                    u += shear * v + bend * v * v;
                    double distance = figure.distance(u, v) * scale;
                    return clamp(0.5 - (outlined ? Math.abs(distance) - stroke : distance));
                },
                cx,
                cy,
                1.6 * radius);
    }

    /** A disc, a bar or an arc. */
    private void clutter(double[] colour, double cx, double cy, double radius) {
        double turn = between(0, 2 * Math.PI);
        double sine = StrictMath.sin(turn);
        double cosine = StrictMath.cos(turn);
        double width = between(0.5, 1.1);
        int kind = below(3);
        Cover cover = switch (kind) {
            case 0 -> (x, y) -> clamp(0.5 + radius * 0.8 - length(x - cx, y - cy));
            case 1 ->
                (x, y) -> {
                    double along = (x - cx) * cosine + (y - cy) * sine;
                    double across = (y - cy) * cosine - (x - cx) * sine;
                    double beyond = Math.max(0, Math.abs(along) - 1.6 * radius);
                    return clamp(0.5 + width - length(beyond, across));
                };
            default ->
                (x, y) -> {
                    double along = (x - cx) * cosine + (y - cy) * sine;
                    double onArc = Math.abs(length(x - cx, y - cy) - radius);
                    return along < -0.3 * radius ? 0 : clamp(0.5 + width - onArc);
                };
        };
        lay(texture(colour, 0.15), cover, cx, cy, 1.6 * radius + 2);
    }

    private void lay(Texture texture, Cover cover, double cx, double cy, double reach) {
        int left = (int) Math.max(0, cx - reach);
        int right = (int) Math.min(SIDE, cx + reach + 1);
        int top = (int) Math.max(0, cy - reach);
        int bottom = (int) Math.min(SIDE, cy + reach + 1);
        for (int i = top; i < bottom; i++) {
            for (int j = left; j < right; j++) {
                double alpha = cover.at(j + 0.5, i + 0.5);
                if (alpha > 0) {
                    double mix = texture.mix(j + 0.5, i + 0.5);
                    for (int c = 0; c < 3; c++) {
                        int at = c * AREA + i * SIDE + j;
                        double paint = texture.colour[c] + mix * (texture.other[c] - texture.colour[c]);
                        canvas[at] += (float) (alpha * (paint - canvas[at]));
                    }
                }
            }
        }
    }

    /** Adds slanting light and noise, and rounds to bytes. */
    private byte[] developed() {
        double dx = between(-0.2, 0.2) / SIDE;
        double dy = between(-0.2, 0.2) / SIDE;
        double noise = chance(0.5) ? between(0, MOST_NOISE) : 0;
        byte[] pixels = new byte[3 * AREA];
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                double light = 1 + (j - SIDE / 2.0) * dx + (i - SIDE / 2.0) * dy;
                for (int c = 0; c < 3; c++) {
                    int at = c * AREA + i * SIDE + j;
                    double value = canvas[at] * light + (noise > 0 ? noise * bell() : 0);
                    pixels[at] = (byte) (int) (clamp(value) * 255 + 0.5);
                }
            }
        }
        return pixels;
    }

    /** A texture around a colour; the second colour is at most this far away in each channel. */
    private Texture texture(double[] colour, double most) {
        double[] other = new double[3];
        double common = between(-most, most) * 0.7;
        for (int c = 0; c < 3; c++) {
            other[c] = clamp(colour[c] + common + between(-most, most) * 0.5);
        }
        Pattern pattern = Pattern.values()[below(Pattern.values().length)];
        double turn = between(0, 2 * Math.PI);
        double rate = pattern == Pattern.GRADIENT ? between(0.04, 0.08) : 1 / between(4, 11);
        double[] knots = new double[pattern == Pattern.CLOUDS ? KNOTS * KNOTS : 0];
        for (int i = 0; i < knots.length; i++) {
            knots[i] = uniform();
        }
        return new Texture(
                pattern, colour, other, rate * StrictMath.cos(turn), rate * StrictMath.sin(turn), uniform(), knots);
    }

    private double[] colour() {
        double[] colour = {uniform(), uniform(), uniform()};
        double grey = lightness(colour);
        double saturation = between(0.3, 0.9);
        for (int c = 0; c < 3; c++) {
            colour[c] = grey + saturation * (colour[c] - grey);
        }
        return colour;
    }

    private double[] contrasting(double[] ground) {
        double light = lightness(ground);
        boolean inverted = light > 1 - 2 * LEAST_CONTRAST || (light > 2 * LEAST_CONTRAST && chance(INVERTED));
        while (true) {
            double[] colour = colour();
            double lighter = lightness(colour) - lightness(ground);
            if (inverted ? lighter < -LEAST_CONTRAST : lighter > LEAST_CONTRAST) {
                return colour;
            }
        }
    }

    private static double lightness(double[] colour) {
        return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    }

    /** Uniform in [0, 1), from nothing but the 64 bits whose sequence is specified. */
    private double uniform() {
        return (random.nextLong() >>> 11) * 0x1p-53;
    }

    private double between(double from, double to) {
        return from + (to - from) * uniform();
    }

    private int below(int bound) {
        return (int) (uniform() * bound);
    }

    private boolean chance(double probability) {
        return uniform() < probability;
    }

    /** About normal, variance 1: the sum of four uniform 16-bit numbers. */
    private double bell() {
        long bits = random.nextLong();
        long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
        return (sum * 0x1p-16 - 2) * 1.7320508075688772;
    }

    private static double clamp(double value) {
        return Math.min(1, Math.max(0, value));
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    private static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }
}
