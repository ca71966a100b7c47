package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as a process of its own. More than two seconds of it: {@code -Dhalflight.serve=60}. */
class ServeCommandTest {
    private static final int CLIENTS = 64;

    @TempDir
    private Path folder;

    private record Kind(String type, byte[] body, int status) {}

    private static byte[] picture(int side) throws IOException {
        BufferedImage image = new BufferedImage(side, side * 3 / 4, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(side);
        for (int y = 0; y < image.getHeight(); y += 8) {
            for (int x = 0; x < image.getWidth(); x += 8) {
                var graphics = image.createGraphics();
                graphics.setColor(new java.awt.Color(random.nextInt(1 << 24)));
                graphics.fillRect(x, y, 8, 8);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", out);
        return out.toByteArray();
    }

    private static List<Kind> kinds() throws IOException {
        byte[] good = picture(500);
        byte[] cut = java.util.Arrays.copyOf(good, 300);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png", png);
        byte[] bomb = ByteBuffer.wrap(png.toByteArray())
                .putInt(16, 60_000)
                .putInt(20, 60_000)
                .array();
        return List.of(
                new Kind("image/jpeg", good, 200),
                new Kind("image/jpeg", picture(64), 200),
                new Kind("image/jpeg", cut, 422),
                new Kind("image/png", bomb, 422),
                new Kind("image/png", new byte[0], 400),
                new Kind("application/json", "{\"pictures\": [{\"data\": 7}]}".getBytes(UTF_8), 400),
                new Kind("multipart/form-data; boundary=b", good, 400),
                new Kind("text/html", good, 415),
                new Kind("image/png", new byte[17 << 20], 413));
    }

    private Process serve(String... more) throws IOException {
        Path run = FreshRun.in(folder, List.of("crab", "gull", "seal"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                run.toString(),
                "--port=0"));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals to send")
    void manyClientsGetWhatTheyDeserveAndAPoliteKillStopsItInOrder() throws Exception {
        Process process = serve();
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String first = String.valueOf(lines.readLine());
        assertThat(first).matches("http://127\\.0\\.0\\.1:\\d+/ answers; Ctrl-C stops it\\.");
        String address = first.substring(0, first.indexOf(' '));

        AtomicLong good = new AtomicLong();
        Queue<Long> micros = new ConcurrentLinkedQueue<>();
        Map<String, LongAdder> wrong = new ConcurrentHashMap<>();
        bombard(URI.create(address), good, micros, wrong);
        long resident = process.toHandle().isAlive() ? residentMegabytes(process.pid()) : 0;
        new ProcessBuilder("kill", "-TERM", process.pid() + "").start().waitFor();
        List<String> rest = lines.lines().toList();

        assertThat(process.waitFor()).as("%s", rest).isZero();
        assertThat(wrong).isEmpty();
        assertThat(good.get()).isGreaterThan(CLIENTS);
        assertThat(rest).hasSize(2);
        assertThat(rest.get(1)).matches("Answered [\\d,]+ requests with [\\d,]+ pictures\\.");
        assertThat(resident).isLessThan(2048); // Java may take 512, bodies are in it; the rest is libtorch and OpenCV
        if (System.getProperty("halflight.serve") != null) {
            List<Long> sorted = micros.stream().sorted().toList();
            System.out.printf(
                    "%s  %d MB  ms: p50 %.1f p95 %.1f p99 %.1f max %.1f%n",
                    rest.get(1), resident, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), at(sorted, 1));
        }
    }

    private static double at(List<Long> sorted, double share) {
        return sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size())) / 1000.0;
    }

    private static void bombard(URI address, AtomicLong good, Queue<Long> micros, Map<String, LongAdder> wrong)
            throws Exception {
        List<Kind> kinds = kinds();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger("halflight.serve", 2));
        List<Thread> threads = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            Random random = new Random(c);
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    int draw = random.nextInt(100);
                    Kind kind = kinds.get(draw < 80 ? draw % 2 : 2 + draw % (kinds.size() - 2));
                    try {
                        if (draw == 99) {
                            leaveInTheMiddle(address, kind.body());
                            continue;
                        }
                        long began = System.nanoTime();
                        int status = client.send(
                                        HttpRequest.newBuilder(address.resolve("/predict"))
                                                .header("Content-Type", kind.type())
                                                .POST(BodyPublishers.ofByteArray(kind.body()))
                                                .build(),
                                        BodyHandlers.ofString())
                                .statusCode();
                        if (kind.status() == 200) {
                            micros.add((System.nanoTime() - began) / 1000);
                            good.incrementAndGet();
                        }
                        if (status != kind.status()) {
                            wrong.computeIfAbsent(kind.status() + " was " + status, key -> new LongAdder())
                                    .increment();
                        }
                    } catch (IOException | InterruptedException e) {
                        wrong.computeIfAbsent(kind.status() + " was " + e, key -> new LongAdder())
                                .increment();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void leaveInTheMiddle(URI address, byte[] body) throws IOException {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream()
                    .write("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                            .getBytes(UTF_8));
            socket.getOutputStream().write(body, 0, Math.min(body.length, 1000));
        }
    }

    private static long residentMegabytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElse(0);
    }

    @Test
    void whatCannotBeServedIsSaidAtOnce() throws IOException {
        String run = FreshRun.in(folder, List.of("crab", "gull")).toString();
        Path shortToken = Files.writeString(folder.resolve("token"), "secret\n");

        assertThat(Captured.of("serve", run, "--port", "70000").errorLines())
                .containsExactly("halflight: --port is 70000; give 0 to 65535");
        assertThat(Captured.of("serve", run, "--max-mb", "0").errorLines())
                .containsExactly("halflight: --max-mb is 0; give 1 to 64");
        assertThat(Captured.of("serve", run, "--token-file", shortToken.toString())
                        .err())
                .contains(shortToken.toString(), "16");
        assertThat(Captured.of("serve", run, "--token-file", folder + "/none").code())
                .isEqualTo(2);
        assertThat(Captured.of("serve", folder.toString()).err()).contains("model.json");
        assertThat(Captured.of("serve", run, "--host", "no.such.host.invalid").err())
                .contains("no.such.host.invalid", "127.0.0.1");
    }
}
