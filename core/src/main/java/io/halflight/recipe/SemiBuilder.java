package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.augment.InceptionView;
import io.halflight.augment.StrongView;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.FixMatch;
import io.halflight.method.MeanTeacher;
import io.halflight.method.Method;
import io.halflight.method.Moam;
import io.halflight.method.PseudoTargets;
import io.halflight.method.S4lExemplar;
import io.halflight.method.S4lRotation;
import io.halflight.method.Uda;
import io.halflight.method.Vat;
import io.halflight.method.VirtualAdversary;
import io.halflight.nn.Init;
import io.halflight.train.Compute;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.LinearImpl;

/** Makes the networks and the method of a stage with two streams. Call it outside any scope. */
final class SemiBuilder {
    /** A method and the network that it leaves. */
    record Built(Method method, ImageClassifier kept) {}

    private final RunData data;
    private final Compute compute;
    private final Function<ClassifierSpec, ImageClassifier> fresh;

    /**
     * @param fresh a network of that shape on the training device
     */
    SemiBuilder(RunData data, Compute compute, Function<ClassifierSpec, ImageClassifier> fresh) {
        this.data = data;
        this.compute = compute;
        this.fresh = fresh;
    }

    /**
     * Builds the method around a network with its first weights.
     *
     * @param shares of each class among the labelled pictures
     */
    Built build(SemiSupervised settings, Stage stage, ImageClassifier online, List<Double> shares) {
        AveragedClassifier network =
                settings.average().of(online, requireNonNull(stage.classifier()), fresh, settings.epochs());
        Method method = settings instanceof S4l s ? s4l(s, network) : consistency(settings, network, shares);
        return new Built(method, network.kept());
    }

    private Method consistency(SemiSupervised settings, AveragedClassifier network, List<Double> shares) {
        if (settings instanceof SemiSupervised.FixMatch s) {
            return new FixMatch(
                    network,
                    weak(s.weak()),
                    strong(s.strong()),
                    targets(network, s.align(), s.classThresholds(), shares),
                    new FixMatch.Config(s.threshold(), s.weight(), s.labelSmoothing()));
        }
        if (settings instanceof SemiSupervised.Uda s) {
            return new Uda(
                    network,
                    weak(s.weak()),
                    strong(s.strong()),
                    targets(network, s.align(), s.classThresholds(), shares),
                    new Uda.Config(s.temperature(), s.threshold(), s.weight(), s.entropyWeight(), s.tsa()));
        }
        SemiSupervised.MeanTeacher s = (SemiSupervised.MeanTeacher) settings;
        return new MeanTeacher(network, weak(s.weak()), new MeanTeacher.Config(s.weight(), s.rampUp()));
    }

    private Method s4l(S4l settings, AveragedClassifier network) {
        InceptionView.Config view = settings.augment().config(data.size(), data.channels());
        if (settings instanceof S4l.Vat s) {
            var adversary = new VirtualAdversary.Config(s.eps(), s.xi(), s.kl());
            return new Vat(
                    network,
                    new InceptionView(view),
                    new Vat.Config(s.weight(), s.entropyWeight(), s.labelled(), adversary));
        }
        if (settings instanceof S4l.Rotation s) {
            return new S4lRotation(network, head(network, 4), view, s.weight());
        }
        if (settings instanceof S4l.Exemplar s) {
            return new S4lExemplar(network, head(network, s.embedding()), s.copies(), view, s.weight());
        }
        S4l.Moam s = (S4l.Moam) settings;
        return new Moam(network, head(network, Moam.TURNS), view, s.config());
    }

    /** A second linear layer on the encoder's features. */
    private LinearImpl head(AveragedClassifier network, int out) {
        return Placement.on(compute, Init.dense(network.online().backbone().features(), out, true));
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
