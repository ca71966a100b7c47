package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.augment.StrongView;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.FixMatch;
import io.halflight.method.Method;
import io.halflight.method.PseudoTargets;
import io.halflight.method.Uda;
import java.util.List;
import java.util.function.Function;

/** Makes the networks and the method of a stage with two streams. Call it outside any scope. */
final class SemiBuilder {
    /** A method and the network that it leaves. */
    record Built(Method method, ImageClassifier kept) {}

    private final RunData data;
    private final Function<ClassifierSpec, ImageClassifier> fresh;

    /**
     * @param fresh a network of that shape on the training device
     */
    SemiBuilder(RunData data, Function<ClassifierSpec, ImageClassifier> fresh) {
        this.data = data;
        this.fresh = fresh;
    }

    /**
     * Builds the method around a network with its first weights.
     *
     * @param shares of each class among the labelled pictures
     */
    Built build(SemiSupervised settings, Stage stage, ImageClassifier online, List<Double> shares) {
        AveragedClassifier network = settings.average().of(online, requireNonNull(stage.classifier()), fresh);
        return new Built(method(settings, network, shares), network.kept());
    }

    private Method method(SemiSupervised settings, AveragedClassifier network, List<Double> shares) {
        if (settings instanceof SemiSupervised.FixMatch s) {
            return new FixMatch(
                    network,
                    weak(s.weak()),
                    strong(s.strong()),
                    targets(network, s.align(), s.classThresholds(), shares),
                    new FixMatch.Config(s.threshold(), s.weight(), s.labelSmoothing()));
        }
        SemiSupervised.Uda s = (SemiSupervised.Uda) settings;
        return new Uda(
                network,
                weak(s.weak()),
                strong(s.strong()),
                targets(network, s.align(), s.classThresholds(), shares),
                new Uda.Config(s.temperature(), s.threshold(), s.weight(), s.entropyWeight(), s.tsa()));
    }

    private PseudoTargets targets(
            AveragedClassifier network, StageSettings.Align align, boolean classThresholds, List<Double> shares) {
        List<Double> prior = align == StageSettings.Align.LABELS ? shares : List.of();
        return new PseudoTargets(
                new PseudoTargets.Config(prior, classThresholds),
                data.classes(),
                network.online().parameters().get(0));
    }

    private Transform weak(WeakSettings weak) {
        return weak.view(data.size(), data.channels());
    }

    private Transform strong(StrongSettings strong) {
        return new StrongView(strong.config(data.size(), data.channels(), data.mean()));
    }
}
