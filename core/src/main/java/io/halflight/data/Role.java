package io.halflight.data;

/** What a picture is used for in one run. Every picture has exactly one role. */
public enum Role {
    /** Trained on with its class, and part of the unlabelled stream as well. */
    LABELLED,
    /** Trained on without its class. */
    UNLABELLED,
    /** Chooses among epochs and settings; never trained on. */
    VALIDATION,
    /** Read once, at the end. */
    TEST,
    /** Left out: a picture of the source's test part whose class is unknown. */
    UNUSED
}
