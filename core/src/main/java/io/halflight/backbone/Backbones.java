package io.halflight.backbone;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.torch.NativeTorch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks by name. */
public final class Backbones {
    private record Variant(int depth, double innerWidth) {}

    private static final Map<String, Variant> VARIANTS = new LinkedHashMap<>();

    static {
        for (int depth : new int[] {10, 18, 34, 50, 101, 152, 200}) {
            VARIANTS.put("resnet" + depth, new Variant(depth, 1));
        }
        VARIANTS.put("wide_resnet50_2", new Variant(50, 2));
    }

    private Backbones() {}

    public static List<String> names() {
        return List.copyOf(VARIANTS.keySet());
    }

    /**
     * A network with fresh weights from torch's global generator, in training mode. Every residual branch starts silent
     * (gamma 0 in its last batch normalisation). Call it outside any {@code PointerScope}.
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
        Variant variant = VARIANTS.get(spec.name());
        if (variant == null) {
            throw HalflightException.usage("There is no backbone '%s'%s; known are %s."
                    .formatted(spec.name(), Nearest.hint(spec.name(), names()), String.join(", ", names())));
        }
        return new ResNetConfig(
                variant.depth(),
                spec.width(),
                spec.sk(),
                spec.resolvedStem(),
                spec.resolvedShortcuts(),
                zeroGamma,
                spec.channels(),
                variant.innerWidth(),
                spec.noise(Noise.NONE));
    }
}
