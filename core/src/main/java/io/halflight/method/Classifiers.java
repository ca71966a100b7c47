package io.halflight.method;

import io.halflight.backbone.ImageClassifier;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.List;

/** What the methods that train an {@link ImageClassifier} have in common. */
final class Classifiers {
    private Classifiers() {}

    /** All weights; the linear classifier on top is set apart, since LARS neither adapts nor decays it. */
    static Trainable trainable(ImageClassifier network) {
        List<Parameter> parameters = new ArrayList<>();
        for (Parameter p : Parameters.of(network, "", false)) {
            boolean classifier = p.name().equals("fc.weight");
            parameters.add(classifier ? new Parameter(p.name(), p.tensor(), Parameter.Kind.CLASSIFIER) : p);
        }
        return new Trainable(parameters, network.state());
    }
}
