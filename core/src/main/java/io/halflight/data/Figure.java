package io.halflight.data;

import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * The ten figures of {@link ShapesDataset}, as signed distances (negative inside) in a plane where each about fills the
 * circle of radius 1 and y points down. They stay apart when mirrored and when turned by up to 40 degrees. Only
 * operations that Java defines to the last bit are used, so that a picture is the same on every machine.
 */
final class Figure {
    /** Side of the table of distances, which spans [-REACH, REACH] in both directions. */
    private static final int TABLE = 97;

    private static final double REACH = 1.6;
    private static final double STEP = 2 * REACH / (TABLE - 1);

    static final List<Figure> ALL = List.of(
            new Figure("arrow", polygon(-.95, -.26, .05, -.26, .05, -.72, .98, 0, .05, .72, .05, .26, -.95, .26)),
            new Figure("bolt", polygon(.1, -1, -.62, .2, -.1, .2, -.3, 1, .62, -.28, .08, -.28, .5, -1)),
            new Figure("crescent", (x, y) -> Math.max(radius(x, y) - .95, .8 - radius(x - .46, y))),
            new Figure(
                    "cross",
                    polygon(
                            -.3, -.95, .3, -.95, .3, -.3, .95, -.3, .95, .3, .3, .3, .3, .95, -.3, .95, -.3, .3, -.95,
                            .3, -.95, -.3, -.3, -.3)),
            new Figure("heart", polygon(heart())),
            new Figure("house", polygon(-.72, .88, -.72, -.1, 0, -.92, .72, -.1, .72, .88)),
            new Figure("ring", (x, y) -> Math.abs(radius(x, y) - .68) - .27),
            new Figure("square", polygon(-.77, -.77, .77, -.77, .77, .77, -.77, .77)),
            new Figure("star", polygon(star())),
            new Figure("triangle", polygon(0, -.98, .95, .72, -.95, .72)));

    private final String name;
    private final float[] table = new float[TABLE * TABLE];

    private Figure(String name, DoubleBinaryOperator distance) {
        this.name = name;
        for (int i = 0; i < TABLE; i++) {
            for (int j = 0; j < TABLE; j++) {
                table[i * TABLE + j] = (float) distance.applyAsDouble(j * STEP - REACH, i * STEP - REACH);
            }
        }
    }

    String name() {
        return name;
    }

    /** Signed distance of a point, interpolated from the table; outside of that, a large number. */
    double distance(double x, double y) {
        double u = (x + REACH) / STEP;
        double v = (y + REACH) / STEP;
        if (!(u >= 0 && v >= 0 && u < TABLE - 1 && v < TABLE - 1)) {
            return REACH;
        }
        int j = (int) u;
        int i = (int) v;
        int at = i * TABLE + j;
        double above = table[at] + (u - j) * (table[at + 1] - table[at]);
        double below = table[at + TABLE] + (u - j) * (table[at + TABLE + 1] - table[at + TABLE]);
        return above + (v - i) * (below - above);
    }

    private static double radius(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }

    /** Distance to the nearest edge, negative where a ray to the right crosses an odd number of edges. */
    private static DoubleBinaryOperator polygon(double... outline) {
        return (x, y) -> {
            double nearest = Double.MAX_VALUE;
            boolean inside = false;
            for (int i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
                double ax = outline[j];
                double ay = outline[j + 1];
                double ex = outline[i] - ax;
                double ey = outline[i + 1] - ay;
                double along = ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey);
                double t = Math.min(1, Math.max(0, along));
                nearest = Math.min(nearest, radius(x - ax - t * ex, y - ay - t * ey));
                if (ay > y != outline[i + 1] > y && x < ax + ex * (y - ay) / ey) {
                    inside = !inside;
                }
            }
            return inside ? -nearest : nearest;
        };
    }

    private static double[] star() {
        double[] outline = new double[20];
        for (int i = 0; i < 10; i++) {
            double radius = i % 2 == 0 ? 1 : 0.42;
            outline[2 * i] = radius * StrictMath.sin(i * Math.PI / 5);
            outline[2 * i + 1] = -radius * StrictMath.cos(i * Math.PI / 5);
        }
        return outline;
    }

    private static double[] heart() {
        double[] outline = new double[96];
        for (int i = 0; i < outline.length; i += 2) {
            double t = i * 2 * Math.PI / outline.length;
            double sine = StrictMath.sin(t);
            outline[i] = 0.95 * sine * sine * sine;
            outline[i + 1] = -(13 * StrictMath.cos(t)
                            - 5 * StrictMath.cos(2 * t)
                            - 2 * StrictMath.cos(3 * t)
                            - StrictMath.cos(4 * t)
                            + 2.5)
                    / 16;
        }
        return outline;
    }
}
