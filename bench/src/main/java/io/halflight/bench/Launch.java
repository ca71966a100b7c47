package io.halflight.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole processes, started as a user starts them.
 *
 * @param home the checkout
 * @param threads that the engine of each may use
 */
record Launch(Path home, int threads) {
    /** What the launcher sets for its own process. */
    private static final String OURS =
            "MALLOC_.*|GLIBC_TUNABLES|LD_PRELOAD|TCMALLOC_.*|OMP_WAIT_POLICY|OPENBLAS_THREAD_TIMEOUT";

    /**
     * A process that has ended.
     *
     * @param output what it said on standard output
     * @param seconds from its start to its end
     * @param peak megabytes that it and its children had at most, 0 where the system does not tell
     */
    record Ended(int code, String output, double seconds, double peak) {}

    /** Starts {@code ./halflight} and does not wait. What it says on standard error is lost. */
    Process start(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("halflight").toString()));
        command.addAll(arguments);
        return process(new ProcessBuilder(command));
    }

    /** Runs {@code ./halflight} to its end. */
    Ended halflight(List<String> arguments) {
        return end(start(arguments));
    }

    /**
     * Runs a script with {@link Peer#python()} to its end, without what our launcher sets for us; the code is not 0 where that lacks what the
     * script needs.
     */
    Ended python(Path script, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Peer.python(), script.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.matches(OURS));
        return end(process(builder));
    }

    private Process process(ProcessBuilder builder) {
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Ended end(Process process) {
        long start = System.nanoTime();
        ProcessTree tree = ProcessTree.of(process);
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            return new Ended(code, output, (System.nanoTime() - start) / 1e9, tree.peak());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
