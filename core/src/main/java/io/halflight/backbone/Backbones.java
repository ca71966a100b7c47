package io.halflight.backbone;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.torch.NativeTorch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The networks by name. */
public final class Backbones {
    /** Networks whose names follow a pattern: the groups of the match, and what a recipe says. */
    private interface Family {
        BackboneConfig config(Matcher name, BackboneSpec spec, boolean zeroGamma);
    }

    private static final String FIXMATCH = "-fixmatch";

    private static final Map<Pattern, Family> FAMILIES = new LinkedHashMap<>();

    private static final List<String> NAMES = List.of(
            "resnet10",
            "resnet18",
            "resnet34",
            "resnet50",
            "resnet101",
            "resnet152",
            "resnet200",
            "wide_resnet50_2",
            "resnet18v2",
            "resnet34v2",
            "resnet50v2",
            "resnet101v2",
            "resnet152v2",
            "wrn-10-1",
            "wrn-16-2",
            "wrn-28-2",
            "wrn-28-8",
            "wrn-28-2" + FIXMATCH,
            "efficientnet-b0",
            "efficientnet-b1",
            "efficientnet-b2",
            "efficientnet-b3",
            "efficientnet-b4",
            "efficientnet-b5",
            "efficientnet-b6",
            "efficientnet-b7");

    static {
        FAMILIES.put(Pattern.compile("resnet(10|18|34|50|101|152|200)"), (name, spec, zeroGamma) -> {
            return resNet(Integer.parseInt(name.group(1)), 1, spec, zeroGamma);
        });
        FAMILIES.put(Pattern.compile("wide_resnet50_2"), (name, spec, zeroGamma) -> resNet(50, 2, spec, zeroGamma));
        FAMILIES.put(Pattern.compile("resnet(18|34|50|101|152)v2"), (name, spec, zeroGamma) -> resNetV2(name, spec));
        FAMILIES.put(
                Pattern.compile("wrn-(\\d{1,4})-(\\d{1,3})(" + FIXMATCH + ")?"),
                (name, spec, zeroGamma) -> wideResNet(name, spec));
        FAMILIES.put(
                Pattern.compile("efficientnet-b([0-7])(-tf)?"), (name, spec, zeroGamma) -> efficientNet(name, spec));
    }

    private Backbones() {}

    /**
     * The networks that have a name. Of WideResNets every {@code wrn-DEPTH-WIDEN} with a depth of 6n + 4 is one, and
     * every {@code wrn-DEPTH-WIDEN-fixmatch}; listed are the common ones. Every {@code efficientnet-b0} to {@code b7} has
     * an {@code efficientnet-b0-tf} with the paper's batch normalisation beside torchvision's.
     */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * A network with fresh weights from torch's global generator, in training mode. Every residual branch of a ResNet of
     * the first version starts silent (gamma 0 in its last batch normalisation). Call it outside any
     * {@code PointerScope}.
     *
     * @throws HalflightException for a name that is not in {@link #names}
     */
    public static Backbone create(BackboneSpec spec) {
        return create(spec, true);
    }

    /** As {@link #create(BackboneSpec)}, every gamma 1 unless {@code zeroGamma}, as in the runs of BYOL's paper. */
    public static Backbone create(BackboneSpec spec, boolean zeroGamma) {
        BackboneConfig config = config(spec, zeroGamma);
        NativeTorch.load();
        return config.build(InputScale.of(spec.normalise()));
    }

    /** What {@link #create} would build; gives widths and counts without building it. */
    public static BackboneConfig config(BackboneSpec spec) {
        return config(spec, true);
    }

    private static BackboneConfig config(BackboneSpec spec, boolean zeroGamma) {
        for (Map.Entry<Pattern, Family> family : FAMILIES.entrySet()) {
            Matcher name = family.getKey().matcher(spec.name());
            if (name.matches()) {
                return family.getValue().config(name, spec, zeroGamma);
            }
        }
        throw HalflightException.usage("There is no backbone '%s'%s; known are %s, and any wrn-DEPTH-WIDEN."
                .formatted(spec.name(), Nearest.hint(spec.name(), names()), String.join(", ", names())));
    }

    private static BackboneConfig resNet(int depth, double innerWidth, BackboneSpec spec, boolean zeroGamma) {
        return new ResNetConfig(
                depth,
                spec.width(),
                spec.sk(),
                spec.resolvedStem(),
                spec.resolvedShortcuts(),
                zeroGamma,
                spec.channels(),
                innerWidth,
                spec.noise(Noise.NONE));
    }

    private static BackboneConfig resNetV2(Matcher name, BackboneSpec spec) {
        refuseKernels(spec);
        refuseStem(spec, "resnet-d", "auto, imagenet or small");
        return new PreActivationConfig(
                PreActivationForm.S4L,
                Integer.parseInt(name.group(1)),
                1,
                spec.width(),
                spec.resolvedStem(),
                spec.channels(),
                spec.noise(Noise.NONE));
    }

    private static BackboneConfig wideResNet(Matcher name, BackboneSpec spec) {
        refuseKernels(spec);
        refuseStem(spec, "resnet-d", "auto or small");
        refuseStem(spec, "imagenet", "auto or small");
        int depth = Integer.parseInt(name.group(1));
        int widen = Integer.parseInt(name.group(2));
        if (!PreActivationConfig.isWideDepth(depth) || widen < 1) {
            throw HalflightException.usage(
                    "backbone %s: a WideResNet's depth is 6n + 4 (10, 16, 22, 28, 34, 40, ...) and its widening factor at least 1"
                            .formatted(spec.name()));
        }
        return new PreActivationConfig(
                name.group(3) == null ? PreActivationForm.UDA : PreActivationForm.FIXMATCH,
                depth,
                widen,
                spec.width(),
                Stem.SMALL,
                spec.channels(),
                spec.noise(Noise.NONE));
    }

    private static BackboneConfig efficientNet(Matcher name, BackboneSpec spec) {
        refuseKernels(spec);
        refuseStem(spec, "resnet-d", "auto, imagenet or small");
        int variant = Integer.parseInt(name.group(1));
        return new EfficientNetConfig(
                variant,
                name.group(2) != null,
                spec.width(),
                spec.resolvedStem() == Stem.SMALL,
                spec.channels(),
                spec.noise(EfficientNetConfig.noise(variant)));
    }

    private static void refuseKernels(BackboneSpec spec) {
        if (spec.sk() > 0) {
            throw HalflightException.usage(
                    "backbone %s has no selective kernels: sk must be 0, got %s".formatted(spec.name(), spec.sk()));
        }
    }

    private static void refuseStem(BackboneSpec spec, String stem, String known) {
        if (spec.stem().equals(stem)) {
            throw HalflightException.usage(
                    "backbone %s has no stem %s: stem must be %s".formatted(spec.name(), stem, known));
        }
    }
}
