package io.halflight.app.serve;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the server has done, in Prometheus' text format 0.0.4. */
final class Metrics {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Upper bounds of the histograms' buckets, in seconds and in pictures. */
    private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private static final double[] PICTURES = {1, 2, 4, 8, 16, 32, 64};

    private static final class Histogram {
        private final double[] bounds;
        private final long[] counts;
        private long count;
        private double sum;

        Histogram(double[] bounds) {
            this.bounds = bounds;
            counts = new long[bounds.length];
        }

        synchronized void add(double value) {
            count++;
            sum += value;
            for (int i = 0; i < bounds.length; i++) {
                if (value <= bounds[i]) {
                    counts[i]++;
                }
            }
        }

        /** @param labels such as {@code path="/predict"}; may be empty */
        synchronized void write(StringBuilder to, String name, String labels) {
            String before = labels.isEmpty() ? "" : labels + ",";
            for (int i = 0; i < bounds.length; i++) {
                to.append("%s_bucket{%sle=\"%s\"} %d\n".formatted(name, before, plain(bounds[i]), counts[i]));
            }
            to.append("%s_bucket{%sle=\"+Inf\"} %d\n".formatted(name, before, count));
            String braces = labels.isEmpty() ? "" : "{" + labels + "}";
            to.append("%s_sum%s %s\n".formatted(name, braces, plain(sum)));
            to.append("%s_count%s %d\n".formatted(name, braces, count));
        }
    }

    private final long started = System.nanoTime();
    private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final Map<String, Histogram> durations = new ConcurrentHashMap<>();
    private final Histogram batches = new Histogram(PICTURES);
    private final LongAdder answered = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final AtomicInteger inProgress = new AtomicInteger();

    void begun() {
        inProgress.incrementAndGet();
    }

    /** @param path one of the server's own, so that callers cannot make up series */
    void answered(String path, int status, double seconds) {
        requests.computeIfAbsent("path=\"%s\",status=\"%d\"".formatted(path, status), key -> new LongAdder())
                .increment();
        durations
                .computeIfAbsent("path=\"%s\"".formatted(path), key -> new Histogram(SECONDS))
                .add(seconds);
    }

    /** After the answer was sent, or could not be. */
    void ended() {
        inProgress.decrementAndGet();
    }

    void batch(int pictures) {
        batches.add(pictures);
    }

    void answered(int pictures) {
        answered.add(pictures);
    }

    void refused(int pictures) {
        refused.add(pictures);
    }

    int inProgress() {
        return inProgress.get();
    }

    long requests() {
        return requests.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long pictures() {
        return answered.sum();
    }

    double upSeconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    /** All series; {@code version} and {@code model} name what runs. */
    String text(String version, String model) {
        StringBuilder text = new StringBuilder();
        head(text, "halflight_info", "gauge", "Always 1; the labels say what runs.");
        text.append("halflight_info{version=\"%s\",model=\"%s\"} 1\n".formatted(escaped(version), escaped(model)));
        head(text, "halflight_requests_total", "counter", "Requests answered.");
        new TreeMap<>(requests)
                .forEach((labels, count) ->
                        text.append("halflight_requests_total{%s} %d\n".formatted(labels, count.sum())));
        head(text, "halflight_request_seconds", "histogram", "Time from a request's headers to its answer.");
        new TreeMap<>(durations)
                .forEach((labels, histogram) -> histogram.write(text, "halflight_request_seconds", labels));
        head(text, "halflight_requests_in_progress", "gauge", "Requests not answered yet.");
        text.append("halflight_requests_in_progress %d\n".formatted(inProgress.get()));
        head(text, "halflight_pictures_total", "counter", "Pictures by what became of them.");
        text.append("halflight_pictures_total{outcome=\"answered\"} %d\n".formatted(answered.sum()));
        text.append("halflight_pictures_total{outcome=\"unreadable\"} %d\n".formatted(refused.sum()));
        head(text, "halflight_batch_pictures", "histogram", "Pictures that went through the network together.");
        batches.write(text, "halflight_batch_pictures", "");
        head(text, "halflight_up_seconds", "gauge", "Time since the start.");
        text.append("halflight_up_seconds %s\n".formatted(plain(upSeconds())));
        head(text, "jvm_heap_bytes", "gauge", "Java's heap in use.");
        text.append("jvm_heap_bytes %d\n"
                .formatted(
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()));
        long resident = residentBytes();
        if (resident > 0) {
            head(text, "process_resident_memory_bytes", "gauge", "Memory of the process, tensors included.");
            text.append("process_resident_memory_bytes %d\n".formatted(resident));
        }
        return text.toString();
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : "" + value;
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** 0 where the system does not say. */
    private static long residentBytes() {
        try {
            String status = Files.readString(Path.of("/proc/self/status"));
            return status.lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
