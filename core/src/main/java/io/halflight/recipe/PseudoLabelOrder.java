package io.halflight.recipe;

import io.halflight.data.PseudoLabel;
import java.util.Comparator;

/** Orders in which pseudo-labels are taken and written; ties are broken by path, so that they never depend on chance. */
final class PseudoLabelOrder {
    static final Comparator<PseudoLabel> BY_PATH = Comparator.comparing(PseudoLabel::path);

    static final Comparator<PseudoLabel> MOST_CONFIDENT =
            Comparator.comparing(PseudoLabel::confidence).reversed().thenComparing(BY_PATH);

    private PseudoLabelOrder() {}
}
