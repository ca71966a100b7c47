package io.halflight.method;

import io.halflight.loss.FeatureStatistics;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What the log tells of features beside the loss, so that a collapse shows while there is still time. */
final class Diagnostics {
    private Diagnostics() {}

    /**
     * Of any encoder.
     *
     * @param h features [N, d]
     */
    static Map<String, Tensor> of(Tensor h) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("featureDeviation", FeatureStatistics.deviation(h));
        parts.put("effectiveRank", FeatureStatistics.effectiveRank(h));
        return parts;
    }

    /**
     * Of an encoder that sees two views of each picture.
     *
     * @param a projections of the first views [N, d]
     * @param b of the second views, in the same order
     */
    static Map<String, Tensor> of(Tensor h, Tensor a, Tensor b) {
        Map<String, Tensor> parts = of(h);
        // BYOL without its predictor collapses here first: after 60 steps h still spread at 0.7, z no more.
        parts.put("projectionDeviation", FeatureStatistics.deviation(a));
        parts.put("alignment", FeatureStatistics.alignment(a, b));
        parts.put("uniformity", FeatureStatistics.uniformity(a));
        return parts;
    }
}
