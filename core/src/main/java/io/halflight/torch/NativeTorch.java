package io.halflight.torch;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, safely. Every class that touches a tensor calls {@link #load()} first.
 *
 * <p>JavaCPP opens {@code libtorch.so}, a stub, before it has unpacked the {@code libtorch_cpu.so} that the stub needs. On
 * a machine with a second libtorch on its loader path the first start then binds to that one, and the JVM dies or finds
 * symbols missing. Unpacking the real libraries first helps where the other one lies in a system folder. It does not help
 * against {@code LD_LIBRARY_PATH}, which the loader asks before the libraries' own folder: so they are also opened first,
 * by their full paths and in the order in which they need each other. The loader then takes what is open already.
 */
public final class NativeTorch {
    private static final List<String> CPU_LIBRARIES = List.of("c10", "torch_cpu", "torch");
    private static final List<String> CUDA_LIBRARIES = List.of("c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch");

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private static boolean loaded;
    private static boolean interopSet;

    private NativeTorch() {}

    /** Unpacks and opens libtorch; later calls do nothing. Safe from any thread. */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        open();
        Loader.load(torch.class);
        loaded = true;
    }

    /** Begins {@link #load()} on a thread of its own and returns, for callers with about a second of other work; a failure shows in the next load(). */
    public static void loadAhead() {
        Thread ahead = new Thread(
                () -> {
                    try {
                        load();
                    } catch (RuntimeException | Error later) {
                        // the caller's own load() meets it again, where it can be reported
                    }
                },
                "libtorch");
        ahead.setDaemon(true);
        ahead.start();
    }

    /**
     * Sets how many threads one operation may use. Operations are never run beside each other, so the second pool, which
     * libtorch allows to be set only once and only before its first use, gets one thread.
     *
     * @param n at least 1; {@link #physicalCores()} less the loader threads is a good start
     */
    public static synchronized void threads(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + n);
        }
        load();
        torch.set_num_threads(n);
        if (!interopSet) {
            interopSet = true;
            try {
                torch.set_num_interop_threads(1);
            } catch (RuntimeException e) {
                // already running: it idles, since nothing here forks operations
            }
        }
    }

    /**
     * Cores that this process may use, counting two hyper-threads as one where Linux tells them apart: with one thread per
     * hyper-thread libtorch was seen to run ten times slower. Container limits and affinity are respected.
     */
    public static int physicalCores() {
        return physicalCores(cpuInfo(), Runtime.getRuntime().availableProcessors());
    }

    static int physicalCores(List<String> cpuInfo, int available) {
        Set<String> cores = new HashSet<>();
        String socket = "";
        for (String line : cpuInfo) {
            if (line.startsWith("physical id")) {
                socket = line;
            } else if (line.startsWith("core id")) {
                cores.add(socket + line);
            }
        }
        return Math.max(1, cores.isEmpty() ? available : Math.min(cores.size(), available));
    }

    /** Lines of Linux's description of the processors; none elsewhere. */
    static List<String> cpuInfo() {
        try {
            return Files.readAllLines(CPU_INFO);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void open() {
        String extension = System.getProperty("org.bytedeco.javacpp.platform.extension", "");
        boolean cuda = extension.contains("gpu");
        String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + extension + "/";
        try {
            Map<String, File> unpacked = new LinkedHashMap<>();
            for (String library : cuda ? CUDA_LIBRARIES : CPU_LIBRARIES) {
                for (File file : Loader.cacheResources(torch.class, folder + "lib" + library + ".so")) {
                    unpacked.put(library, file);
                }
            }
            // With CUDA they cannot be opened yet: they need toolkit libraries that JavaCPP finds later.
            if (!cuda && !unpacked.isEmpty()) {
                Loader.load(openblas.class); // libtorch_cpu needs it
                for (Map.Entry<String, File> library : unpacked.entrySet()) {
                    URL file = library.getValue().toURI().toURL();
                    Loader.loadLibrary(torch.class, new URL[] {file}, library.getKey());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("libtorch could not be unpacked below " + folder, e);
        }
    }
}
