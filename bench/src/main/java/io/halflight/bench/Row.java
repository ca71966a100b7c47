package io.halflight.bench;

/**
 * One line of the table.
 *
 * @param what is measured
 * @param here our figure, with its unit
 * @param beside what it is compared with, and that one's figure; empty where there was nothing to compare
 * @param ratio ours over theirs in the direction in which more is better; NaN where there is nothing to compare
 * @param reach the ratio to reach
 */
record Row(String what, String here, String beside, double ratio, double reach) {
    /** A figure without company. */
    static Row alone(String what, String here, String why, double reach) {
        return new Row(what, here, why, Double.NaN, reach);
    }

    boolean isReached() {
        return ratio >= reach;
    }
}
