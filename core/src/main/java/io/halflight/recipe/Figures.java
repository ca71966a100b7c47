package io.halflight.recipe;

import io.halflight.augment.CentreView;
import io.halflight.augment.PlacedCrop;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Transform;
import io.halflight.eval.ClassificationMetrics;
import io.halflight.eval.FrozenGuard;
import io.halflight.eval.FrozenSuite;
import io.halflight.eval.Inference;
import io.halflight.eval.KNearestNeighbours;
import io.halflight.eval.LinearProbe;
import io.halflight.eval.ProgressListener;
import io.halflight.eval.PseudoLabels;
import io.halflight.eval.TurnedAnswers;
import io.halflight.method.Tower;
import io.halflight.nn.Layer;
import io.halflight.nn.StateDict;
import io.halflight.train.Compute;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Takes the figures of a run: on the validation pictures while it trains, on the test pictures once at its end. */
final class Figures {
    private static final int BATCH = 256;

    /** Neighbours and temperature of the k-NN figures (Wu et al., arXiv:1805.01978, take 200 and 0.07 on ImageNet). */
    private static final FrozenSuite.Neighbours NEIGHBOURS = new FrozenSuite.Neighbours(10, 0.1);

    private static final LinearProbe.Config PROBE = new LinearProbe.Config(1e-3, 200);

    private final RunData data;
    private final Compute compute;

    Figures(RunData data, Compute compute) {
        this.data = data;
        this.compute = compute;
    }

    /** Those of a stage's networks, which see pictures in the stage's size. */
    static Figures of(Stage stage, RunData data, Compute compute) {
        return new Figures(data.sized(stage.encoder().size()), compute);
    }

    /** Accuracy and loss of a classifier on the validation pictures; nothing if there are none. */
    Map<String, Double> validation(ImageClassifier network) {
        int[] pictures = data.split().validation();
        if (pictures.length == 0) {
            return Map.of();
        }
        try (PointerScope scope = new PointerScope()) {
            ClassificationMetrics metrics = classify(network, pictures);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("validationAccuracy", metrics.top1());
            figures.put("validationLoss", metrics.nll());
            return figures;
        }
    }

    /** How well frozen features tell the classes apart: the labelled pictures teach, the validation pictures ask. */
    Map<String, Double> frozen(Backbone encoder) {
        int[] queries = data.split().validation();
        int[] bank = data.split().labelled();
        if (queries.length == 0 || bank.length == 0) {
            return Map.of();
        }
        try (PointerScope scope = new PointerScope()) {
            FrozenGuard guard = FrozenGuard.of(StateDict.of(encoder));
            FrozenSuite.Labelled known = features(encoder, bank);
            FrozenSuite.Labelled asked = features(encoder, queries);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(
                    "knn",
                    KNearestNeighbours.accuracy(
                            known.features(),
                            known.labels(),
                            asked.features(),
                            asked.labels(),
                            data.classes(),
                            NEIGHBOURS.k(),
                            NEIGHBOURS.temperature()));
            LinearProbe.Probe probe = LinearProbe.fit(known.features(), known.labels(), data.classes(), PROBE);
            figures.put(
                    "linear",
                    ClassificationMetrics.of(
                                    probe.logits(asked.features()),
                                    asked.labels(),
                                    data.split().classes())
                            .top1());
            guard.check();
            return figures;
        }
    }

    /**
     * The whole suite on the test pictures, at the end of a run.
     *
     * @param labelsAlone whether it does without the validation pictures
     */
    List<FrozenSuite.Figure> suite(Backbone encoder, long seed, boolean labelsAlone) {
        return suite(encoder, encoder, seed, labelsAlone);
    }

    /** The same of the projections z: what the head has dropped of the features shows in the difference. */
    List<FrozenSuite.Figure> suite(Tower tower, long seed, boolean labelsAlone) {
        return suite(x -> tower.g().forward(tower.f().forward(x)), tower.f(), seed, labelsAlone);
    }

    private List<FrozenSuite.Figure> suite(Layer network, Backbone guarded, long seed, boolean labelsAlone) {
        int[] validation = data.split().validation();
        if (data.split().labelled().length == 0 || data.split().test().length == 0) {
            return List.of();
        }
        try (PointerScope scope = new PointerScope()) {
            FrozenGuard guard = FrozenGuard.of(StateDict.of(guarded));
            List<FrozenSuite.Figure> figures = FrozenSuite.of(
                    features(network, data.split().labelled()),
                    labelsAlone || validation.length == 0 ? null : features(network, validation),
                    features(network, data.split().test()),
                    data.split().classes(),
                    NEIGHBOURS,
                    seed);
            guard.check();
            return figures;
        }
    }

    private FrozenSuite.Labelled features(Layer network, int[] pictures) {
        return new FrozenSuite.Labelled(outputs(network, pictures), labels(pictures)); // [n, d]
    }

    /** All figures of a classifier; call it inside a scope. */
    ClassificationMetrics classify(Layer network, int[] pictures) {
        return ClassificationMetrics.of(
                outputs(network, pictures), labels(pictures), data.split().classes());
    }

    /** Outputs in evaluation mode, [n, K] or [n, d], float32 on the CPU. */
    Tensor outputs(Layer network, int[] pictures) {
        return Inference.apply(
                network, data.dataset(), pictures, new CentreView(data.size(), data.channels()), settings(), null);
    }

    /** The same, each picture's mean logits over five crops and four orientations. */
    Tensor cropsAndTurns(Layer network, int[] pictures) {
        List<Transform> crops = PlacedCrop.five(data.size(), data.channels());
        Layer turned = new TurnedAnswers(network);
        Tensor sum = Inference.apply(turned, data.dataset(), pictures, crops.get(0), settings(), null);
        for (Transform crop : crops.subList(1, crops.size())) {
            try (PointerScope scope = new PointerScope()) {
                sum.add_(Inference.apply(turned, data.dataset(), pictures, crop, settings(), null));
            }
        }
        return sum.div_(new Scalar(crops.size()));
    }

    private Inference.Settings settings() {
        return new Inference.Settings(
                compute.device(), compute.precision(), BATCH, Math.max(1, compute.loaderThreads()));
    }

    /** What a classifier says of the training pictures without a label. */
    PseudoLabels pseudoLabels(ImageClassifier network, @Nullable ProgressListener listener) {
        return PseudoLabels.of(
                network,
                data.dataset(),
                data.split().unlabelledStream(),
                data.split()::label,
                new CentreView(data.size(), data.channels()),
                settings(),
                listener);
    }

    int[] labels(int[] pictures) {
        return Arrays.stream(pictures).map(data.split()::label).toArray();
    }
}
