package io.halflight.backbone;

import io.halflight.HalflightException;
import io.halflight.nn.HeadForm;
import io.halflight.nn.ProjectionHead;
import io.halflight.torch.NativeTorch;

/**
 * An {@link ImageClassifier} in words and numbers, enough to rebuild it before its weights are loaded.
 *
 * @param headLayers inner layers of the projection head that it keeps, 0 to 3
 * @param headHidden width of those layers, 0 for the backbone's
 * @param headForm form of the head that they come from
 * @param classes K
 */
public record ClassifierSpec(BackboneSpec backbone, int headLayers, int headHidden, HeadForm headForm, int classes) {
    public ClassifierSpec {
        int most = ProjectionHead.MAX_LAYERS - 1;
        if (headLayers < 0 || headLayers > most) {
            throw HalflightException.usage("kept head layers must be 0 to " + most + ", got " + headLayers);
        }
        if (headHidden < 0) {
            throw HalflightException.usage("head width must be 0 or more, got " + headHidden);
        }
        if (classes < 1) {
            throw HalflightException.usage("a classifier needs at least one class, got " + classes);
        }
    }

    /** With layers of a head in SimCLR's form, or none. */
    public ClassifierSpec(BackboneSpec backbone, int headLayers, int headHidden, int classes) {
        this(backbone, headLayers, headHidden, HeadForm.SIMCLR, classes);
    }

    /** The same classifier for pictures of another size. */
    public ClassifierSpec resized(int size) {
        return new ClassifierSpec(backbone.resized(size), headLayers, headHidden, headForm, classes);
    }

    /** A classifier of that shape with a zero last layer. Call it outside any {@code PointerScope}. */
    public static ImageClassifier create(ClassifierSpec spec) {
        NativeTorch.load();
        Backbone backbone = Backbones.create(spec.backbone());
        // One layer more than is kept, because the kept ones are inner layers; the classifier lets go of the last.
        ProjectionHead head =
                new ProjectionHead(backbone.features(), spec.headHidden(), 1, spec.headLayers() + 1, spec.headForm());
        return new ImageClassifier(backbone, head, spec.headLayers(), spec.classes(), true);
    }
}
