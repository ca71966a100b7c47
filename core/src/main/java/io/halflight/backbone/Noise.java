package io.halflight.backbone;

/**
 * What a network leaves out at random while it learns: the model noise of Noisy Student (arXiv:1911.04252, section 3).
 *
 * @param dropPath stochastic depth (arXiv:1603.09382): the rate at which residual branches are dropped behind the last
 *     block; block i of n has {@code dropPath * i / n}, counted from 0 as in EfficientNet's code
 * @param dropout share of the features that a classifier on top does not see
 */
public record Noise(double dropPath, double dropout) {
    public static final Noise NONE = new Noise(0, 0);

    public Noise {
        require(dropPath, "dropPath");
        require(dropout, "dropout");
    }

    private static void require(double rate, String name) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(name + " must be at least 0 and below 1, got " + rate);
        }
    }

    /** The drop rate of a block by the linear rule. */
    double dropPath(int block, int blocks) {
        return dropPath * block / blocks;
    }
}
