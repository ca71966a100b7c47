package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.ReadableDataset;
import io.halflight.data.SplitOverlap;
import io.halflight.eval.ClassificationMetrics;
import io.halflight.eval.Inference;
import io.halflight.nn.ChannelsLast;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.train.RunListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;

/** How good a model bundle is on pictures whose classes are known. */
public final class BundleEvaluation {
    private static final int BATCH = 256;

    /**
     * What was found.
     *
     * @param pictures that were judged by
     * @param testPart whether they are the source's own test part, rather than all that have a class
     * @param otherClasses names of classes in the source that the model does not know; their pictures were left out
     * @param trainedOn how many of the pictures the model's run has learnt from, with or without their label; 0 where the run is not beside the bundle
     */
    public record Result(
            ClassificationMetrics metrics, int pictures, boolean testPart, List<String> otherClasses, int trainedOn) {}

    private BundleEvaluation() {}

    /**
     * Evaluates on the test part of a source, or on all pictures with a class where the source has no such part. Classes are matched by name.
     *
     * @param source as {@link Datasets#open} takes it
     * @param device cpu, cuda, cuda:1 or auto; float32 in any case
     * @throws HalflightException if no picture has a class that the model knows
     */
    public static Result of(Path bundle, String source, String device, RunListener listener) {
        NativeTorch.load();
        ModelBundle model = ModelBundle.read(bundle);
        BackboneSpec spec = model.architecture().backbone();
        Dataset dataset = ReadableDataset.of(
                Datasets.open(source, new Datasets.Options(spec.size())),
                (done, total) -> listener.preparing("Reading the pictures of " + source, done, total),
                listener::message);
        int[] known = IntStream.range(0, dataset.size())
                .filter(i -> dataset.label(i) != Dataset.UNLABELLED)
                .toArray();
        boolean testPart = Arrays.stream(known).anyMatch(i -> dataset.part(i) == Dataset.Part.TEST);
        int[] asked = Arrays.stream(known)
                .filter(i -> !testPart || dataset.part(i) == Dataset.Part.TEST)
                .toArray();
        int[] pictures =
                Arrays.stream(asked).filter(i -> label(model, dataset, i) >= 0).toArray();
        if (pictures.length == 0) {
            throw HalflightException.usage("No picture of %s has a class that the model knows; it knows %s%s"
                    .formatted(
                            source,
                            String.join(", ", model.classes()),
                            dataset.classes().isEmpty()
                                    ? ", and the source names none"
                                    : ", the source has " + String.join(", ", dataset.classes())));
        }
        TreeSet<String> others = new TreeSet<>();
        Arrays.stream(asked)
                .filter(i -> label(model, dataset, i) < 0)
                .forEach(i -> others.add(dataset.classes().get(dataset.label(i))));
        int[] labels =
                Arrays.stream(pictures).map(i -> label(model, dataset, i)).toArray();
        return new Result(
                metrics(model, dataset, pictures, labels, device, listener),
                pictures.length,
                testPart,
                List.copyOf(others),
                trainedOn(bundle, dataset, pictures));
    }

    private static int label(ModelBundle model, Dataset dataset, int picture) {
        return model.classes().indexOf(dataset.classes().get(dataset.label(picture)));
    }

    private static ClassificationMetrics metrics(
            ModelBundle model, Dataset dataset, int[] pictures, int[] labels, String deviceName, RunListener listener) {
        Device device = Devices.parse(deviceName);
        ImageClassifier network = model.network();
        network.to(device, false);
        ChannelsLast.convert(network);
        BackboneSpec spec = model.architecture().backbone();
        var settings =
                new Inference.Settings(device, Precision.FP32, BATCH, Math.max(1, NativeTorch.physicalCores() / 2));
        try (PointerScope scope = new PointerScope()) {
            return ClassificationMetrics.of(
                    Inference.apply(
                            network,
                            dataset,
                            pictures,
                            new CentreView(spec.size(), spec.channels()),
                            settings,
                            (done, total) -> listener.preparing("Classifying", done, total)),
                    labels,
                    model.classes());
        }
    }

    private static int trainedOn(Path bundle, Dataset dataset, int[] pictures) {
        Path split = bundle.toAbsolutePath().normalize().resolveSibling(Pipeline.SPLIT);
        return Files.exists(split)
                ? SplitOverlap.trainedOn(split, dataset, pictures).size()
                : 0;
    }
}
