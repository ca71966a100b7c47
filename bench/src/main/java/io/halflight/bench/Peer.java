package io.halflight.bench;

import io.halflight.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A script of another ecosystem that does the same work and prints what it reached as one object of JSON. */
final class Peer {
    private static final String PYTHON = "HALFLIGHT_PYTHON";

    private Peer() {}

    /** The Python that the environment variable HALFLIGHT_PYTHON names, else {@code python3}. */
    static String python() {
        return System.getenv().getOrDefault(PYTHON, "python3");
    }

    /**
     * Runs a script with {@link #python()}, one thread.
     *
     * @return its figures by name; empty where there is no such Python, or it lacks PyTorch and torchvision
     */
    static Map<String, Double> figures(Path script) {
        ProcessBuilder builder = new ProcessBuilder(python(), script.toString());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, Double> figures = new LinkedHashMap<>();
        try {
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() == 0 && Json.parse(said.strip()) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> {
                    if (value instanceof Number number) {
                        figures.put(String.valueOf(name), number.doubleValue());
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | IllegalArgumentException e) {
            return Map.of(); // no such program, or it said something else
        }
        return figures;
    }
}
