package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.app.FreshRun;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.Prediction;
import io.halflight.json.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTest {
    private static final ServerLimits LIMITS = new ServerLimits(1, 1, 3, 4, 2);
    private static final String TOKEN = "a-token-of-some-length";

    @TempDir
    private static Path folder;

    private static Classifier model;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final List<Server> started = new ArrayList<>();

    @BeforeAll
    static void load() throws IOException {
        model = Classifier.load(
                FreshRun.in(folder, List.of("crab", "gull", "seal")).resolve("model"));
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @AfterEach
    void stop() {
        started.forEach(Server::close);
        assertThat(faults).isEmpty();
    }

    private Server server(ServerLimits limits, String token) {
        Server server = Server.start(
                model,
                new InetSocketAddress("127.0.0.1", 0),
                limits,
                new Access(List.of("proxy.example"), token),
                "1.2",
                faults::add);
        started.add(server);
        return server;
    }

    private static byte[] png(long seed, int width, int height) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < width * height; at++) {
            image.setRGB(at % width, at / width, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static HttpRequest.Builder request(Server server, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private static HttpResponse<String> get(Server server, String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(server, path);
        return CLIENT.send((headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(Server server, String path, String type, byte[] body) throws Exception {
        return post(server, path, type, BodyPublishers.ofByteArray(body));
    }

    private static HttpResponse<String> post(Server server, String path, String type, BodyPublisher body)
            throws Exception {
        HttpRequest.Builder request = request(server, path).POST(body);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static byte[] form(byte[]... pictures) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < pictures.length; i++) {
            body.writeBytes(
                    ("--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"%d.png\"\r\n\r\n".formatted(i))
                            .getBytes(UTF_8));
            body.writeBytes(pictures[i]);
            body.writeBytes("\r\n".getBytes(UTF_8));
        }
        body.writeBytes("--b--\r\n".getBytes(UTF_8));
        return body.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> results(HttpResponse<String> response) {
        return (List<Map<String, Object>>)
                (List<?>) Json.object(Json.parse(response.body()), "answer").get("results");
    }

    /** Sends bytes as they are and returns all that comes back until the server closes. */
    private static String raw(Server server, String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void aPictureGetsTheClassifiersAnswer() throws Exception {
        byte[] png = png(1, 20, 30);
        Prediction expected = model.predict(model.decode(png, "it"));

        HttpResponse<String> response = post(server(LIMITS, null), "/predict?top=2", "image/png", png);

        assertThat(response.statusCode()).isEqualTo(200);
        Map<String, Object> result = results(response).get(0);
        assertThat(result).containsEntry("label", expected.label()).containsEntry("name", "picture 1");
        assertThat((double) result.get("confidence")).isCloseTo(expected.confidence(), within(1e-5));
        assertThat((List<?>) result.get("scores")).hasSize(2);
    }

    @Test
    void severalPicturesAreAnsweredInOrderAndOneDamagedOneSpoilsNoOther() throws Exception {
        byte[] first = png(1, 20, 30);
        byte[] third = png(3, 9, 9);

        HttpResponse<String> response = post(
                server(LIMITS, null),
                "/embed",
                "multipart/form-data; boundary=b",
                form(first, "no picture".getBytes(UTF_8), third));

        assertThat(response.statusCode()).isEqualTo(200);
        List<Map<String, Object>> results = results(response);
        assertThat(results).extracting(result -> result.get("name")).containsExactly("0.png", "1.png", "2.png");
        assertThat(results.get(1)).containsKey("error").doesNotContainKey("features");
        for (int i : new int[] {0, 2}) {
            float[] expected = model.embed(model.decode(i == 0 ? first : third, "it"));
            List<?> features = (List<?>) results.get(i).get("features");
            assertThat(features).hasSize(expected.length);
            for (int k = 0; k < expected.length; k++) {
                assertThat(((Number) features.get(k)).doubleValue()).isCloseTo(expected[k], within(1e-4));
            }
        }
    }

    @Test
    void jsonCarriesPicturesInBase64() throws Exception {
        byte[] png = png(4, 16, 16);
        String data = Base64.getEncoder().encodeToString(png);
        String body =
                "{\"pictures\": [{\"name\": \"é.png\", \"data\": \"%s\"}, {\"data\": \"data:image/png;base64,%s\"}]}"
                        .formatted(data, data);

        HttpResponse<String> response =
                post(server(LIMITS, null), "/predict", "application/json; charset=utf-8", body.getBytes(UTF_8));

        String label = model.predict(model.decode(png, "it")).label();
        assertThat(results(response)).extracting(result -> result.get("label")).containsExactly(label, label);
        assertThat(results(response)).extracting(result -> result.get("name")).containsExactly("é.png", "picture 2");
    }

    @ParameterizedTest
    @CsvSource({
        "/predict, image/png, '', 400, no picture",
        "/predict, image/png, 'GIF89a', 422, cut short",
        "/predict, application/json, '{\"pictures\": [', 400, line 1",
        "/predict, application/json, '{\"pictures\": 3}', 400, not a list",
        "/predict, application/json, '{\"pictures\": [{\"data\": \"*\"}]}', 400, base64",
        "/predict, application/json, '{\"pictures\": []}', 400, no picture",
        "/predict, application/json, '{\"a\": [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}', 400, more than 32 values",
        "/embed, application/x-www-form-urlencoded, 'a=b', 415, multipart/form-data",
        "/predict, multipart/form-data; boundary=b, '--b', 400, cut short",
        "/predict?top=0, image/png, 'x', 400, top is",
        "/nothing, image/png, 'x', 404, openapi.json",
        "/health, image/png, 'x', 405, GET",
    })
    void whatIsWrongIsSaid(String path, String type, String body, int status, String said) throws Exception {
        HttpResponse<String> response = post(server(LIMITS, null), path, type, body.getBytes(UTF_8));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains(said);
        assertThat(Json.parse(response.body())).isInstanceOf(Map.class);
    }

    @Test
    void limitsHoldForBytesPixelsAndPictures() throws Exception {
        Server server = server(LIMITS, null);
        byte[] large = new byte[(1 << 20) + 1];
        HttpResponse<String> announced = post(server, "/predict", "image/png", large);
        HttpResponse<String> chunked = post(
                server,
                "/predict",
                "image/png",
                BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)));
        HttpResponse<String> pixels = post(server, "/predict", "image/png", announcing(1001, 1000));
        HttpResponse<String> pictures = post(
                server,
                "/predict",
                "multipart/form-data; boundary=b",
                form(png(1, 2, 2), png(1, 2, 2), png(1, 2, 2), png(1, 2, 2)));

        assertThat(List.of(announced.statusCode(), chunked.statusCode(), pixels.statusCode(), pictures.statusCode()))
                .containsExactly(413, 413, 422, 413);
        assertThat(announced.body()).contains("1 MB");
        assertThat(pixels.body()).contains("1 million");
        assertThat(pictures.body()).contains("at most 3");
        assertThat(post(server, "/predict", "image/png", png(1, 2, 2)).statusCode())
                .isEqualTo(200);
    }

    /** A small PNG whose header speaks of a large picture. */
    private static byte[] announcing(int width, int height) {
        byte[] png = png(1, 400, 400);
        java.nio.ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
        return png;
    }

    @Test
    void onlyTheTokenOpens() throws Exception {
        Server server = server(LIMITS, TOKEN);

        for (String path : List.of("/metrics", "/model")) {
            HttpResponse<String> without = get(server, path);
            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(without.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            assertThat(get(server, path, "Authorization", "Bearer " + TOKEN + "x")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(get(server, path, "Authorization", TOKEN).statusCode()).isEqualTo(401);
            assertThat(get(server, path, "Authorization", "bearer " + TOKEN).statusCode())
                    .isEqualTo(200);
        }
        assertThat(post(server, "/predict", "image/png", png(1, 8, 8)).statusCode())
                .isEqualTo(401);
        for (String path : List.of("/", "/page.js", "/page.css", "/health", "/openapi.json")) {
            assertThat(get(server, path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost\r\nOrigin: http://evil.example",
                "Host: localhost:80\r\nOrigin: null"
            })
    void pagesOfOtherSitesAreRefused(String headers) throws Exception {
        assertThat(raw(server(LIMITS, null), "GET /model HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void itsOwnPageIsNot() throws Exception {
        Server server = server(LIMITS, null);
        String own = "localhost:" + server.port();
        assertThat(raw(
                        server,
                        "GET /model HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: close\r\n\r\n"
                                .formatted(own, own)))
                .startsWith("HTTP/1.1 200")
                .contains("crab");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: proxy.example\r\nOrigin: https://proxy.example",
                "Host: 127.0.0.1:8080\r\nOrigin: https://proxy.example",
                "Host: 192.168.1.7:8080",
                "Host: [::1]:8080"
            })
    void aProxyThatWasNamedAndAddressesInNumbersAreNoOtherSites(String headers) throws Exception {
        assertThat(raw(server(LIMITS, null), "GET /model HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    /** A request of which the last byte is still missing. */
    private static Socket halfSent(Server server, byte[] png) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.getOutputStream()
                .write(("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                                .formatted(png.length))
                        .getBytes(UTF_8));
        socket.getOutputStream().write(png, 0, png.length - 1);
        socket.getOutputStream().flush();
        return socket;
    }

    private static String finish(Socket socket, byte[] png) throws IOException {
        socket.getOutputStream().write(png, png.length - 1, 1);
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    private static void awaitInProgress(Server server, int requests) throws Exception {
        String wanted = "halflight_requests_in_progress " + (requests + 1); // and the one that asks
        for (int i = 0; i < 200 && !get(server, "/metrics").body().contains(wanted); i++) {
            Thread.sleep(10);
        }
        assertThat(get(server, "/metrics").body()).contains(wanted);
    }

    @Test
    void whoComesWhenTheHouseIsFullIsToldToComeBack() throws Exception {
        Server server = server(new ServerLimits(1, 1, 3, 1, 2), null);
        byte[] png = png(1, 8, 8);
        try (Socket slow = halfSent(server, png)) {
            awaitInProgress(server, 1);

            HttpResponse<String> refused = post(server, "/predict", "image/png", png);

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(get(server, "/health").statusCode()).isEqualTo(200);
            assertThat(finish(slow, png)).startsWith("HTTP/1.1 200");
        }
        assertThat(post(server, "/predict", "image/png", png).statusCode()).isEqualTo(200);
    }

    @Test
    void clientsThatDoNotFinishAreCutOff() throws Exception {
        Server server = server(LIMITS, null);
        byte[] png = png(1, 8, 8);
        try (Socket slow = halfSent(server, png);
                Socket mute = new Socket("127.0.0.1", server.port())) {
            mute.getOutputStream().write("GET /hea".getBytes(UTF_8));
            slow.setSoTimeout(20_000);
            mute.setSoTimeout(20_000);
            assertThat(endOf(slow)).isEmpty();
            assertThat(endOf(mute)).isEmpty();
        }
        assertThat(get(server, "/health").statusCode()).isEqualTo(200);
    }

    private static String endOf(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (java.net.SocketException reset) {
            return "";
        }
    }

    @Test
    void answersInProgressAreFinishedBeforeItStops() throws Exception {
        Server server = server(LIMITS, null);
        byte[] png = png(1, 8, 8);
        try (Socket slow = halfSent(server, png)) {
            awaitInProgress(server, 1);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            int status = 200;
            for (int i = 0; i < 200 && status == 200; i++) {
                status = get(server, "/health").statusCode();
            }
            assertThat(status).isEqualTo(503);
            assertThat(stopped).isNotDone();
            assertThat(finish(slow, png)).startsWith("HTTP/1.1 200").contains("\"label\"");
            stopped.get();
        }
        assertThatThrownBy(() -> get(server, "/health")).isInstanceOf(IOException.class);
    }

    @Test
    void figuresCountWhatHappened() throws Exception {
        Server server = server(LIMITS, null);
        post(server, "/predict", "multipart/form-data; boundary=b", form(png(1, 8, 8), png(2, 8, 8), new byte[3]));
        post(server, "/predict", "text/plain", new byte[3]);
        get(server, "/made/up");

        String text = get(server, "/metrics").body();

        assertThat(text.lines())
                .contains(
                        "halflight_requests_total{path=\"/predict\",status=\"200\"} 1",
                        "halflight_requests_total{path=\"/predict\",status=\"415\"} 1",
                        "halflight_requests_total{path=\"other\",status=\"404\"} 1",
                        "halflight_pictures_total{outcome=\"answered\"} 2",
                        "halflight_pictures_total{outcome=\"unreadable\"} 1",
                        "halflight_request_seconds_count{path=\"/predict\"} 2",
                        "halflight_batch_pictures_sum 2",
                        "halflight_info{version=\"1.2\",model=\"resnet10\"} 1")
                .allMatch(line ->
                        line.matches("# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+\\})? [0-9.E+-]+"));
        assertThat(server.pictures()).isEqualTo(2);
        assertThat(server.requests()).isEqualTo(4);
    }

    @Test
    void theDescriptionNamesWhatThereIs() throws Exception {
        Server server = server(LIMITS, null);
        Map<String, Object> api =
                Json.object(Json.parse(get(server, "/openapi.json").body()), "api");
        assertThat(Json.object(api.get("info"), "info")).containsEntry("version", "1.2");
        Map<String, Object> paths = Json.object(api.get("paths"), "paths");

        assertThat(paths).containsOnlyKeys("/predict", "/embed", "/model", "/health", "/metrics", "/openapi.json", "/");
        for (String path : paths.keySet()) {
            boolean post = Json.object(paths.get(path), path).containsKey("post");
            HttpResponse<String> response = post ? post(server, path, "image/png", png(1, 8, 8)) : get(server, path);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            Map<String, Object> described = Json.object(
                    Json.object(Json.object(paths.get(path), path).get(post ? "post" : "get"), path)
                            .get("responses"),
                    path);
            Map<String, Object> content =
                    Json.object(Json.object(described.get("200"), path).get("content"), path);
            String type =
                    response.headers().firstValue("Content-Type").orElse("").split(";")[0];
            assertThat(content).as(path).containsOnlyKeys(type);
        }
    }

    @Test
    void anAddressInUseIsNamed() {
        Server server = server(LIMITS, null);
        assertThatThrownBy(() -> Server.start(
                        model,
                        new InetSocketAddress("127.0.0.1", server.port()),
                        LIMITS,
                        new Access(List.of(), null),
                        "1",
                        faults::add))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("127.0.0.1:" + server.port())
                .hasMessageContaining("--port 0");
    }
}
