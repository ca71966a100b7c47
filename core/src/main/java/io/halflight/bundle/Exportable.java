package io.halflight.bundle;

import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.nn.Layer;
import io.halflight.nn.StateDict;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A network that other programs are to use: a classifier, pictures to logits, or an encoder, pictures to features.
 *
 * @param name of the model, for people
 * @param network in evaluation mode, on the CPU
 * @param state its live handles by name
 * @param backbone that it rests on; says what pictures it takes
 * @param headLayers how many layers of a projection head stand before the classifier
 * @param classes K names, none for an encoder
 * @param licence of the weights
 */
public record Exportable(
        String name,
        Layer network,
        Map<String, Tensor> state,
        BackboneSpec backbone,
        int headLayers,
        List<String> classes,
        String licence) {
    /** The whole classifier of a bundle, or the encoder inside. */
    public static Exportable of(ModelBundle bundle, boolean encoder) {
        ImageClassifier network = bundle.network();
        BackboneSpec backbone = bundle.architecture().backbone();
        return encoder
                ? new Exportable(
                        bundle.name(),
                        network.backbone(),
                        StateDict.of(network.backbone()),
                        backbone,
                        0,
                        List.of(),
                        bundle.licence())
                : new Exportable(
                        bundle.name(),
                        network,
                        network.state(),
                        backbone,
                        bundle.architecture().headLayers(),
                        bundle.classes(),
                        bundle.licence());
    }

    /** A classifier that is in no bundle, named after its backbone. */
    public static Exportable classifier(ImageClassifier network, ClassifierSpec spec, List<String> classes) {
        return new Exportable(
                spec.backbone().name(),
                network,
                network.state(),
                spec.backbone(),
                spec.headLayers(),
                classes,
                ModelBundle.NO_LICENCE);
    }

    /** An encoder, named likewise. */
    public static Exportable encoder(Backbone encoder, BackboneSpec spec) {
        return new Exportable(spec.name(), encoder, StateDict.of(encoder), spec, 0, List.of(), ModelBundle.NO_LICENCE);
    }

    /** What the network gives: {@code logits} [N, K] or {@code features} [N, d]. */
    public String output() {
        return classes.isEmpty() ? "features" : "logits";
    }

    /** K or d. */
    public int width() {
        return classes.isEmpty() ? Backbones.config(backbone).features() : classes.size();
    }
}
