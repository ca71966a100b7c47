package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halflight.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Chromium without a window, driven over its own protocol. Tests that need it are skipped where it is not installed. */
public final class Browser implements AutoCloseable {
    private static final List<Path> PLACES = Stream.of(
                    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .toList();

    private final Path profile;
    private final Process process;
    private final WebSocket socket;
    private final Map<Long, CompletableFuture<Map<String, Object>>> answers = new ConcurrentHashMap<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private long sent;

    public Browser() throws Exception {
        Path program = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(program != null, "Chromium is not installed");
        profile = Files.createTempDirectory("halflight-browser"); // its links lead out of it, which a @TempDir warns of
        process = new ProcessBuilder(
                        String.valueOf(program),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--user-data-dir=" + profile,
                        "--remote-debugging-port=0",
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = output.readLine();
        while (line != null && !line.contains("DevTools listening on ")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("Chromium ended at once");
        }
        Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "chromium");
        drain.setDaemon(true);
        drain.start();
        URI devtools = URI.create(line.substring(line.indexOf("ws://")));
        HttpClient client = HttpClient.newHttpClient();
        String page = client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://" + devtools.getAuthority() + "/json/new?about:blank"))
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString())
                .body();
        String address = (String) Json.object(Json.parse(page), "page").get("webSocketDebuggerUrl");
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .get(20, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** Loads a page, wide {@code width} CSS pixels, as a user sees it who prefers dark or light pages. */
    public void open(String url, int width, boolean dark) throws Exception {
        problems.clear();
        requests.clear();
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
        Map<String, Object> scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
        send("Page.navigate", Map.of("url", url));
        await("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /** The value of a JavaScript expression; promises are waited for. */
    public Object evaluate(String expression) throws Exception {
        Map<String, Object> answer =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.get("exceptionDetails") != null) {
            throw new IllegalStateException(Json.write(answer.get("exceptionDetails")));
        }
        return Json.object(answer.get("result"), "result").get("value");
    }

    /** Waits until an expression is true, at most 20 seconds. */
    public void await(String expression) throws Exception {
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Boolean.TRUE.equals(evaluate(expression))) {
            if (System.nanoTime() > last) {
                throw new IllegalStateException("never true: " + expression + "; " + problems);
            }
            Thread.sleep(20);
        }
    }

    /** Chooses files in an input. */
    public void choose(String selector, Path... files) throws Exception {
        Map<String, Object> found =
                send("Runtime.evaluate", Map.of("expression", "document.querySelector('" + selector + "')"));
        String object = (String) Json.object(found.get("result"), "result").get("objectId");
        List<String> paths = Stream.of(files).map(Path::toString).toList();
        send("DOM.setFileInputFiles", Map.of("files", paths, "objectId", object));
    }

    /** The whole page as PNG, in base64. */
    public String screenshot() throws Exception {
        return (String) send("Page.captureScreenshot", Map.of("captureBeyondViewport", true))
                .get("data");
    }

    /** Errors and warnings in the console since the page was opened. */
    public List<String> problems() {
        return new ArrayList<>(problems);
    }

    /** Addresses asked for since the page was opened. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Object> send(String method, Map<String, Object> parameters) throws Exception {
        Map<String, Object> message = new LinkedHashMap<>();
        long id = ++sent;
        message.put("id", id);
        message.put("method", method);
        message.put("params", parameters);
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(Json.write(message), true).get(20, TimeUnit.SECONDS);
        return answer.get(20, TimeUnit.SECONDS);
    }

    private void received(Map<String, Object> message) {
        if (message.get("id") instanceof Long id) {
            CompletableFuture<Map<String, Object>> answer = answers.remove(id);
            if (message.get("error") != null) {
                answer.completeExceptionally(new IllegalStateException(Json.write(message.get("error"))));
            } else {
                answer.complete(Json.object(message.get("result"), "result"));
            }
            return;
        }
        Map<String, Object> event = Json.object(message.get("params"), "params");
        switch (String.valueOf(message.get("method"))) {
            case "Runtime.exceptionThrown", "Log.entryAdded" -> problems.add(Json.write(event));
            case "Runtime.consoleAPICalled" -> {
                if (!"log".equals(event.get("type"))) {
                    problems.add(Json.write(event));
                }
            }
            case "Network.requestWillBeSent" ->
                requests.add(
                        (String) Json.object(event.get("request"), "request").get("url"));
            default -> {}
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                received(Json.object(Json.parse(text.toString()), "message"));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
