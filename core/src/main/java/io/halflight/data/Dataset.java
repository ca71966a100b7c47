package io.halflight.data;

import java.util.List;

/** Pictures, each with a stable name and perhaps a class. All methods are safe from any thread. */
public interface Dataset {
    /** The value of {@link #label} for a picture without a class. */
    int UNLABELLED = -1;

    /** Where the source itself puts a picture; a source without a test set of its own says {@code TRAIN} throughout. */
    enum Part {
        TRAIN,
        TEST
    }

    /** How the user named it, for messages and provenance: {@code cifar10:DIR}. */
    String spec();

    /** Class names; a label is an index into this list. */
    List<String> classes();

    /** Number of pictures. */
    int size();

    /** A name that stays the same from run to run: a path relative to the source, or {@code train/00042}. */
    String id(int index);

    /** Index into {@link #classes()}, or {@link #UNLABELLED}. */
    int label(int index);

    Part part(int index);

    /**
     * The decoded picture.
     *
     * @throws io.halflight.HalflightException naming the file, if it cannot be read
     */
    Picture picture(int index);

    /** The first 16 hexadecimal digits of the SHA-256 of the stored bytes (file or record). */
    String hash(int index);
}
