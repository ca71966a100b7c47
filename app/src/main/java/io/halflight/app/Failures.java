package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.torch.NativeMemory;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;

/** Says on one line what went wrong and what to do, and with which code the process ends. */
final class Failures {
    static final int OK = 0;
    static final int RUN = 1;
    static final int USAGE = 2;

    private Failures() {}

    /** Prints the failure, with its stack trace on request, and returns the exit code. */
    static int report(Throwable failure, boolean debug, PrintStream err) {
        err.println("halflight: " + line(failure));
        if (debug) {
            failure.printStackTrace(err);
        }
        return failure instanceof HalflightException known && known.kind() == HalflightException.Kind.USAGE
                ? USAGE
                : RUN;
    }

    /** Whether Java or libtorch asked for memory in vain. */
    static boolean isOutOfMemory(Throwable failure) {
        return failure instanceof OutOfMemoryError || NativeMemory.ranOut(failure);
    }

    /** Whether Java's own heap, rather than the tensors' memory, is used up. */
    static boolean isHeap(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof OutOfMemoryError && (message.contains("heap") || message.contains("GC overhead"));
    }

    private static String line(Throwable failure) {
        if (failure instanceof HalflightException) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof IOException || failure instanceof UncheckedIOException) {
            return "reading or writing failed (" + firstLine(failure)
                    + "); check that there is room and permission there";
        }
        if (isHeap(failure)) {
            return "Java's memory is used up; give it more with HALFLIGHT_JAVA_OPTS=-Xmx4g";
        }
        if (isOutOfMemory(failure)) {
            return "memory is used up (" + firstLine(failure) + "); try a smaller --set stages.STAGE.batch=...";
        }
        if (failure instanceof UnsatisfiedLinkError) {
            return "libtorch cannot be loaded (" + firstLine(failure)
                    + "); Linux, Windows and macOS on 64-bit processors are supported";
        }
        return firstLine(failure) + " - this is a bug in Halflight; run again with --debug and report what it prints";
    }

    /** The first line of the message, with the type where the message alone says little. */
    private static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        String first =
                message == null ? "" : message.lines().findFirst().orElse("").strip();
        String type = failure.getClass().getSimpleName();
        return first.isEmpty() ? type : failure instanceof UncheckedIOException ? first : type + ": " + first;
    }
}
