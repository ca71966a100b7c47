package io.halflight.method;

import io.halflight.backbone.ImageClassifier;
import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;

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

    /** A classifier with a second head that its method alone needs: learnt and saved, but no part of what is kept. */
    static Trainable with(Trainable classifier, LinearImpl head, String name) {
        String prefix = Trainable.PRIVATE + name;
        List<Parameter> parameters = new ArrayList<>(classifier.parameters());
        parameters.addAll(Parameters.of(head, prefix, false));
        Map<String, Tensor> state = new LinkedHashMap<>(classifier.state());
        state.putAll(StateDict.of(head, prefix));
        return new Trainable(parameters, state);
    }
}
