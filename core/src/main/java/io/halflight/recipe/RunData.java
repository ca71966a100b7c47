package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.augment.Fill;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelSplit;
import io.halflight.data.Picture;
import io.halflight.data.ReadableDataset;
import io.halflight.data.Role;
import io.halflight.train.RunListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a run, their split, and the shape that every view takes.
 *
 * @param size side of the views in pixels
 * @param channels of the views
 */
record RunData(Dataset dataset, LabelSplit split, int size, int channels) {
    private static final int SAMPLED = 64;

    /** Sides that a photograph may be brought to; each halves the cost of the next larger one at least. */
    private static final int[] SIDES = {32, 64, 96, 128};

    /**
     * Opens the source and draws the split, or reads the one that was drawn before. Writes nothing.
     *
     * @param splitFile where an earlier start of the run left its split; null if there was none
     */
    static RunData open(Recipe recipe, @Nullable Path splitFile, RunListener listener) {
        DataSettings settings = recipe.data();
        Dataset dataset = open(settings, recipe.largestSize(), listener);
        LabelSplit split = splitFile != null
                ? LabelSplit.read(splitFile, dataset)
                : LabelSplit.draw(dataset, settings.split(), recipe.seed());
        return new RunData(dataset, split, side(settings, dataset), channels(settings, dataset));
    }

    /** The same pictures in views of another size. */
    RunData sized(int side) {
        return side == size ? this : new RunData(dataset, split, side, channels);
    }

    /** The readable pictures of the source, kept at about the size that training needs. */
    private static Dataset open(DataSettings settings, int largestSize, RunListener listener) {
        int side = Math.max(largestSize, settings.size() == 0 ? SIDES[SIDES.length - 1] : settings.size());
        Dataset dataset = readable(settings.source(), side, listener);
        int chosen = Math.max(largestSize, side(settings, dataset));
        return chosen == side || !Datasets.isFiles(settings.source())
                ? dataset
                : readable(settings.source(), chosen, RunListener.SILENT);
    }

    private static Dataset readable(String source, int side, RunListener listener) {
        Dataset all = Datasets.open(source, new Datasets.Options(side));
        if (all.size() == 0) {
            throw HalflightException.usage(
                    "There are no pictures in " + source + "; jpg, png, bmp, gif, tif and webp files are read.");
        }
        if (!Datasets.isFiles(source)) {
            return all;
        }
        return ReadableDataset.of(
                all,
                (done, total) -> listener.preparing("Reading the pictures of " + source, done, total),
                listener::message);
    }

    private static int side(DataSettings settings, Dataset dataset) {
        if (settings.size() != 0) {
            return settings.size();
        }
        int[] shorter = new int[Math.min(SAMPLED, dataset.size())];
        for (int i = 0; i < shorter.length; i++) {
            Picture picture = dataset.picture((int) ((long) i * dataset.size() / shorter.length));
            shorter[i] = Math.min(picture.height(), picture.width());
        }
        Arrays.sort(shorter);
        int median = shorter[shorter.length / 2];
        if (shorter[0] == median && median <= SIDES[1]) {
            return Math.max(8, median);
        }
        int side = SIDES[0];
        for (int candidate : SIDES) {
            side = candidate <= median ? candidate : side;
        }
        return side;
    }

    private static int channels(DataSettings settings, Dataset dataset) {
        return settings.channels() != 0
                ? settings.channels()
                : dataset.picture(0).channels();
    }

    /** The mean of the pictures, each channel's, from a sample of those that are trained on. */
    Fill mean() {
        int[] pictures = split.unlabelledStream();
        long[] sums = new long[3];
        long count = 0;
        for (int i = 0; i < Math.min(SAMPLED, pictures.length); i++) {
            Picture picture =
                    dataset.picture(pictures[(int) ((long) i * pictures.length / Math.min(SAMPLED, pictures.length))]);
            int plane = picture.height() * picture.width();
            for (int c = 0; c < sums.length; c++) {
                int channel = Math.min(c, picture.channels() - 1);
                for (int at = channel * plane; at < (channel + 1) * plane; at++) {
                    sums[c] += picture.pixels()[at] & 255;
                }
            }
            count += plane;
        }
        long pixels = Math.max(1, count);
        return new Fill(level(sums[0], pixels), level(sums[1], pixels), level(sums[2], pixels));
    }

    private static int level(long sum, long pixels) {
        return (int) Math.round((double) sum / pixels);
    }

    int classes() {
        return split.classes().size();
    }

    private List<Integer> labelledPerClass() {
        Integer[] counts = new Integer[classes()];
        Arrays.fill(counts, 0);
        for (int picture : split.labelled()) {
            counts[split.label(picture)]++;
        }
        return List.of(counts);
    }

    /** The resolved data section of the run's record. */
    Map<String, Object> describe() {
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Role role : Role.values()) {
            counts.put(role.name().toLowerCase(Locale.ROOT), split.count(role));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("source", dataset.spec());
        data.put("size", size);
        data.put("channels", channels);
        data.put("classes", split.classes());
        data.put("counts", counts);
        data.put("unreadable", ReadableDataset.leftOut(dataset).size());
        data.put("labelledPerClass", labelledPerClass());
        data.put("sha256", Datasets.sha256(dataset));
        data.put("splitSha256", split.sha256());
        return data;
    }
}
