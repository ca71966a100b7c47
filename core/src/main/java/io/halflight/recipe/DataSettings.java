package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import java.nio.file.Path;

/** What a run learns from; the components are the keys below {@code data}. */
public record DataSettings(String source, int size, int channels, String labels, int validation, double test) {
    public DataSettings {
        if (size != 0 && (size < 8 || size > 1024)) {
            throw new IllegalArgumentException("size must be 0 or between 8 and 1024 pixels, got " + size);
        }
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 0, 1 or 3, got " + channels);
        }
        Check.atLeast("validation", validation, -1);
        Check.below1("test", test);
    }

    LabelSplit.Request split() {
        return new LabelSplit.Request(labelRequest(), validation, test);
    }

    private LabelRequest labelRequest() {
        if (labels.equals("all")) {
            return new LabelRequest.All();
        }
        if (labels.matches("\\d+")) {
            return new LabelRequest.PerClass(Integer.parseInt(labels));
        }
        if (labels.matches("0?\\.\\d+")) {
            return new LabelRequest.Fraction(Double.parseDouble(labels));
        }
        if (labels.endsWith(".csv")) {
            return new LabelRequest.Given(Path.of(labels));
        }
        throw HalflightException.usage("data.labels is '" + labels
                + "'; give pictures per class such as 10, a share such as 0.01, all, or a file such as labels.csv.");
    }
}
