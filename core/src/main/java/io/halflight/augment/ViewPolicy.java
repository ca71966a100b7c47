package io.halflight.augment;

import io.halflight.data.Transform;
import java.util.List;

/**
 * The views which a method wants of each stream; an empty list leaves that stream out.
 *
 * @param labelled views of labelled pictures
 * @param unlabelled views of pictures whose labels are not used
 */
public record ViewPolicy(List<Transform> labelled, List<Transform> unlabelled) {
    public ViewPolicy {
        labelled = List.copyOf(labelled);
        unlabelled = List.copyOf(unlabelled);
        if (labelled.isEmpty() && unlabelled.isEmpty()) {
            throw new IllegalArgumentException("a view policy without any view leaves nothing to train on");
        }
    }
}
