package io.halflight.recipe;

import io.halflight.torch.Devices;
import io.halflight.train.Compute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** What a run was computed on, for its record. Every reading is optional: a record is no reason to fail. */
final class Machine {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double KILO = 1024;

    private Machine() {}

    static Map<String, Object> describe(Compute compute) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("cpu", field(CPU, "model name", System.getProperty("os.arch")));
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("threads", torch.get_num_threads());
        machine.put("device", Devices.describe(compute.device()));
        machine.put("precision", compute.precision().name().toLowerCase(Locale.ROOT));
        machine.put("os", System.getProperty("os.name"));
        return machine;
    }

    static Map<String, Object> versions() {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("java", System.getProperty("java.version"));
        versions.put("pytorch", pytorchVersion());
        return versions;
    }

    private static String pytorchVersion() {
        try {
            return String.valueOf(Loader.getVersion("org.bytedeco", "pytorch"));
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The most memory this process has held, in bytes; 0 where the system does not say. */
    static long peakMemory() {
        String peak = field(STATUS, "VmHWM", "0 kB").replaceAll("\\D", "");
        return peak.isEmpty() ? 0 : (long) (Long.parseLong(peak) * KILO);
    }

    private static String field(Path file, String key, String otherwise) {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            return lines.stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }
}
