package io.halflight.augment;

/**
 * The working memory of one thread, reused from view to view. Separate arrays on purpose: the loops over them read and
 * write different arrays at one common index, the only shape in which HotSpot can tell that nothing overlaps and
 * vectorises (measured on JDK 17: 6 times faster than one array with several offsets).
 */
final class Scratch {
    /** Pixels of a tile on which colour operations run: three channels and the temporaries stay in a 48 KiB cache. */
    static final int TILE = 1024;

    private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

    final float[] red = new float[TILE];
    final float[] green = new float[TILE];
    final float[] blue = new float[TILE];
    final float[] high = new float[TILE];
    final float[] low = new float[TILE];
    final float[] angle = new float[TILE];

    final double[] sums = new double[3];
    final float[] means = new float[3];

    /** One source row of each channel, see {@link Resizer}. */
    final float[][] source = new float[3][0];

    /** Horizontally resized rows, all channels side by side, and the row that is mixed from them. */
    private float[][] ring = new float[0][0];

    float[] mixed = new float[0];

    /** See {@link Blur}. */
    private float[][] rows = new float[0][0];

    private float[] view = new float[0];

    /** See {@link StrongView}. */
    final Canvas canvas = new Canvas();

    final StrongView.Plan strong = new StrongView.Plan();

    private Scratch() {}

    static Scratch local() {
        return LOCAL.get();
    }

    /** Makes room for source rows of {@code width}. */
    void reserveSource(int width) {
        if (source[0].length < width) {
            for (int c = 0; c < 3; c++) {
                source[c] = new float[width];
            }
        }
    }

    /** {@code count} rows of at least {@code width}, and {@link #mixed} as long. */
    float[][] ring(int count, int width) {
        ring = grown(ring, count, width);
        if (mixed.length < width) {
            mixed = new float[width];
        }
        return ring;
    }

    /** {@code count} rows of at least {@code width} for the blur. */
    float[][] rows(int count, int width) {
        rows = grown(rows, count, width);
        return rows;
    }

    /** A whole view of at least {@code length} values. */
    float[] view(int length) {
        if (view.length < length) {
            view = new float[length];
        }
        return view;
    }

    private static float[][] grown(float[][] rows, int count, int width) {
        int had = rows.length == 0 ? 0 : rows[0].length;
        return had >= width && rows.length >= count
                ? rows
                : new float[Math.max(count, rows.length)][Math.max(width, had)];
    }
}
