package io.halflight.data;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import java.nio.file.Path;

/** Which training pictures may show their class. */
public sealed interface LabelRequest {
    /** The same number of labelled pictures from each class. */
    record PerClass(int n) implements LabelRequest {
        public PerClass {
            if (n < 1) {
                throw HalflightException.usage("labels per class must be at least 1, got " + n);
            }
        }
    }

    /** A part of each class, rounded to the nearest number of pictures but at least one: 0.01 is one percent. */
    record Fraction(double f) implements LabelRequest {
        public Fraction {
            if (!(f > 0 && f <= 1)) {
                throw HalflightException.usage("the labelled fraction must lie above 0 and be at most 1, got " + f);
            }
        }
    }

    /**
     * The pictures listed in a CSV file with the columns {@code path[,label]}; a path is a picture's
     * {@linkplain Dataset#id id}. Without a label column the dataset's own classes hold; a label given here overrides
     * them. A row about a picture of the source's test part labels the test set. With a column {@code role}, as {@link
     * LabelList} has it, the list decides what each picture is for, and nothing is drawn.
     */
    record Given(Path csv) implements LabelRequest {
        public Given {
            requireNonNull(csv, "csv");
        }
    }

    /** Every training picture that has a class and is not needed for validation. */
    record All() implements LabelRequest {}
}
