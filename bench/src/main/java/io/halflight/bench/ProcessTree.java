package io.halflight.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The most memory that a process and its children had at one time. Pages that several of them share are counted once (PSS, Linux only): forked
 * loaders of a Python program would else count its pictures again and again.
 */
final class ProcessTree {
    private static final long PAUSE_MILLIS = 250;
    private static final String PSS = "Pss:";

    private final Process root;
    private final Thread watcher;
    private volatile long peakKilobytes;

    private ProcessTree(Process root) {
        this.root = root;
        this.watcher = new Thread(this::watch, "memory");
        watcher.setDaemon(true);
    }

    /** Watches from now on to the end of the process. */
    static ProcessTree of(Process root) {
        ProcessTree tree = new ProcessTree(root);
        tree.watcher.start();
        return tree;
    }

    /** Megabytes (2^20 bytes); 0 where the system does not tell. */
    double peak() {
        return peakKilobytes / 1024.0;
    }

    private void watch() {
        while (root.isAlive()) {
            long now = Stream.concat(Stream.of(root.toHandle()), root.descendants())
                    .mapToLong(process -> kilobytes(process.pid()))
                    .sum();
            peakKilobytes = Math.max(peakKilobytes, now);
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static long kilobytes(long process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process), "smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(PSS))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException | RuntimeException e) {
            return 0; // it has ended, or this is not Linux
        }
    }
}
