package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.halflight.HalflightException;
import io.halflight.bundle.BatchingClassifier;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.bundle.Prediction.Score;
import io.halflight.data.Picture;
import io.halflight.data.PictureDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the server answers to; {@code openapi.json} describes the same for programs. */
final class Endpoints {
    private static final int TOP = 5;
    private static final List<String> PICTURES = List.of("/predict", "/embed");
    private static final List<String> OTHERS =
            List.of("/", "/page.css", "/page.js", "/health", "/metrics", "/model", "/openapi.json");

    private final Classifier model;
    private final BatchingClassifier classifier;
    private final ServerLimits limits;
    private final Admission admission;
    private final Metrics metrics;
    private final String version;
    private final Semaphore desks = new Semaphore(1 + Runtime.getRuntime().availableProcessors());

    Endpoints(Classifier model, BatchingClassifier classifier, ServerLimits limits, Metrics metrics, String version) {
        this.model = model;
        this.classifier = classifier;
        this.limits = limits;
        this.metrics = metrics;
        this.version = version;
        admission = new Admission(limits, limits.heldBytes());
    }

    /** The path itself if it is one of ours. */
    static String known(String path) {
        return PICTURES.contains(path) || OTHERS.contains(path) ? path : "other";
    }

    static String allowed(String path) {
        return PICTURES.contains(path) ? "POST" : "GET, HEAD";
    }

    /** @throws Refusal for what is not answered with 200 */
    Reply answer(HttpExchange exchange, Access access) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (known(path).equals("other")) {
            throw new Refusal(404, "there is nothing at this path; /openapi.json says what there is");
        }
        if (!List.of(allowed(path).split(", ", -1)).contains(exchange.getRequestMethod())) {
            throw new Refusal(405, path + " is asked with " + allowed(path));
        }
        if (PICTURES.contains(path) || path.equals("/metrics") || path.equals("/model")) {
            access.requireToken(exchange.getRequestHeaders());
        }
        return switch (path) {
            case "/" -> Reply.text("text/html; charset=utf-8", resource("page.html"));
            case "/page.css" -> Reply.text("text/css; charset=utf-8", resource("page.css"));
            case "/page.js" -> Reply.text("text/javascript; charset=utf-8", resource("page.js"));
            case "/openapi.json" ->
                Reply.text("application/json", resource("openapi.json").replace("VERSION", version));
            case "/health" -> Reply.json(200, Map.of("status", "ok"));
            case "/metrics" ->
                Reply.text(Metrics.TYPE, metrics.text(version, model.bundle().name()));
            case "/model" -> Reply.json(200, description());
            default -> pictures(exchange, path.equals("/embed"));
        };
    }

    private Map<String, Object> description() {
        ModelBundle bundle = model.bundle();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", bundle.name());
        json.put("classes", bundle.classes());
        json.put("backbone", bundle.architecture().backbone().name());
        json.put("size", bundle.architecture().backbone().size());
        json.put("metrics", bundle.metrics());
        json.put("licence", bundle.licence());
        json.put("sha256", bundle.sha256());
        return json;
    }

    private Reply pictures(HttpExchange exchange, boolean features) throws IOException {
        int top = top(exchange.getRequestURI().getQuery());
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return admission.during(
                exchange.getRequestHeaders().getFirst("Content-Length"),
                type,
                exchange.getRequestBody(),
                body -> look(Uploads.read(type, body, limits.pictures()), features, top));
    }

    /** A place in the answer: what the network says of it, or why it was not asked. */
    private record Asked(
            String name,
            @Nullable CompletableFuture<BatchingClassifier.Answer> answer,
            @Nullable String refusal) {}

    private Reply look(List<Upload> uploads, boolean features, int top) {
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(limits.seconds());
        List<Asked> asked = new ArrayList<>();
        try {
            for (int i = 0; i < uploads.size(); i++) {
                Upload upload = uploads.get(i);
                asked.add(ask(upload.name().isEmpty() ? "picture " + (i + 1) : upload.name(), upload.content(), last));
            }
            List<Map<String, Object>> results = new ArrayList<>();
            for (Asked one : asked) {
                results.add(result(one, features, top, last));
            }
            int unreadable =
                    (int) asked.stream().filter(one -> one.answer() == null).count();
            metrics.refused(unreadable);
            metrics.answered(asked.size() - unreadable);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("model", model.bundle().name());
            json.put("results", results);
            return Reply.json(unreadable == asked.size() ? 422 : 200, json);
        } finally {
            for (Asked one : asked) {
                if (one.answer() != null) {
                    one.answer().cancel(false); // without effect where it was answered
                }
            }
        }
    }

    /** Decodes at a desk: the pixels of a picture can be a hundred times its file, so few threads hold some. */
    private Asked ask(String name, byte[] content, long last) {
        try {
            if (!desks.tryAcquire(last - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw tooLong();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server stops");
        }
        try {
            return new Asked(name, classifier.submit(decoded(content, name)), null);
        } catch (HalflightException e) {
            return new Asked(name, null, String.valueOf(e.getMessage()));
        } finally {
            desks.release();
        }
    }

    private Refusal tooLong() {
        return new Refusal(503, "the answer takes longer than %d s".formatted(limits.seconds()));
    }

    private Picture decoded(byte[] content, String name) {
        long most = limits.megapixels() * 1_000_000L;
        long pixels = PictureDecoder.pixels(content, name);
        if (pixels > most) {
            throw HalflightException.run("%s: %d pixels are more than the %d million that this server takes"
                    .formatted(name, pixels, limits.megapixels()));
        }
        return model.decode(content, name);
    }

    private Map<String, Object> result(Asked asked, boolean features, int top, long last) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", asked.name());
        if (asked.answer() == null) {
            json.put("error", String.valueOf(asked.refusal()));
            return json;
        }
        BatchingClassifier.Answer answer = await(asked.answer(), last);
        if (features) {
            json.put("features", answer.features());
            return json;
        }
        List<Score> scores = answer.prediction().scores();
        json.put("label", answer.prediction().label());
        json.put("confidence", answer.prediction().confidence());
        json.put("scores", scores.subList(0, Math.min(top, scores.size())));
        return json;
    }

    private BatchingClassifier.Answer await(CompletableFuture<BatchingClassifier.Answer> answer, long last) {
        try {
            return answer.get(Math.max(0, last - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw tooLong();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server stops");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** {@code ?top=3}; other parameters are passed over. */
    private static int top(@Nullable String query) {
        for (String parameter : (query == null ? "" : query).split("&", -1)) {
            if (parameter.startsWith("top=")) {
                String value = parameter.substring("top=".length());
                if (!value.matches("[1-9]\\d{0,4}")) {
                    throw new Refusal(400, "top is \"%s\"; give a whole number from 1".formatted(value));
                }
                return Integer.parseInt(value);
            }
        }
        return TOP;
    }

    private static String resource(String name) {
        try (InputStream in = Endpoints.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
