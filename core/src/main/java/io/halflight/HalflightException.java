package io.halflight;

/**
 * A failure that its user can mend. The message names the value, the place and the remedy in one line; the command line
 * prints it without a stack trace.
 */
public final class HalflightException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether the request was wrong before anything ran, or the run met something on its way. */
    public enum Kind {
        USAGE,
        RUN
    }

    private final Kind kind;

    private HalflightException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    private HalflightException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** A request that cannot be carried out as it stands: unknown key, missing folder, impossible value. */
    public static HalflightException usage(String message) {
        return new HalflightException(Kind.USAGE, message);
    }

    /** A failure met while running: unreadable picture, full disk, changed data. */
    public static HalflightException run(String message) {
        return new HalflightException(Kind.RUN, message);
    }

    /** As {@link #run(String)}, with the failure that led to it, shown by {@code --debug}. */
    public static HalflightException run(String message, Throwable cause) {
        return new HalflightException(Kind.RUN, message, cause);
    }

    public Kind kind() {
        return kind;
    }
}
