package io.halflight.app.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.halflight.HalflightException;
import io.halflight.bundle.BatchingClassifier;
import io.halflight.bundle.Classifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A classifier behind HTTP. Memory is bounded whatever is sent: by {@link ServerLimits}, and by the decoder's own bound on all threads together.
 */
public final class Server implements AutoCloseable {
    /** Threads beyond those that may hold pictures: for refusals, for the small requests, and for clients that are slow to speak. */
    private static final int MORE_THREADS = 64;

    private static final int SECONDS_TO_SEND = 10;

    private static final int CLIENT_LEFT = 499; // as nginx counts those who did not wait for the answer

    private final HttpServer http;
    private final ThreadPoolExecutor threads;
    private final BatchingClassifier classifier;
    private final Access access;
    private final Metrics metrics = new Metrics();
    private final Endpoints endpoints;
    private final ServerLimits limits;
    private final Consumer<Throwable> faults;
    private volatile boolean stopping;

    private Server(
            HttpServer http,
            Classifier model,
            ServerLimits limits,
            Access access,
            String version,
            Consumer<Throwable> faults) {
        this.http = http;
        this.limits = limits;
        this.faults = faults;
        this.access = access;
        classifier = new BatchingClassifier(model, metrics::batch);
        endpoints = new Endpoints(model, classifier, limits, metrics, version);
        int most = limits.waiting() + MORE_THREADS;
        threads = new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "http");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
        http.setExecutor(threads);
        http.createContext("/", this::handle);
    }

    /**
     * Begins to answer.
     *
     * @param model stays the caller's, who closes it after this
     * @param address port 0 takes a free one
     * @param access who may ask
     * @param version of this program, for {@code /metrics} and the description
     * @param faults hears of what should not have happened; whoever asked is told no details
     * @throws HalflightException if the address cannot be used
     */
    public static Server start(
            Classifier model,
            InetSocketAddress address,
            ServerLimits limits,
            Access access,
            String version,
            Consumer<Throwable> faults) {
        if (address.isUnresolved()) {
            throw HalflightException.usage(
                    "no address is known for " + address.getHostString() + "; give --host 127.0.0.1");
        }
        // The JDK's server reads these once: else a slow client holds its thread for ever, and small answers wait 40
        // ms.
        setDefault("sun.net.httpserver.maxReqTime", "" + limits.seconds());
        setDefault("sun.net.httpserver.maxRspTime", "" + (limits.seconds() + SECONDS_TO_SEND)); // ours comes before it
        setDefault("sun.net.httpserver.nodelay", "true");
        setDefault("jdk.httpserver.maxConnections", "1024");
        try {
            HttpServer http = HttpServer.create(address, 128);
            Server server = new Server(http, model, limits, access, version, faults);
            http.start();
            return server;
        } catch (BindException e) {
            throw HalflightException.run(
                    "%s:%d cannot be used (%s); --port 0 takes a free one"
                            .formatted(address.getHostString(), address.getPort(), e.getMessage()),
                    e);
        } catch (IOException e) {
            throw HalflightException.run("the server cannot start: " + e.getMessage(), e);
        }
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    public int port() {
        return http.getAddress().getPort();
    }

    /** Requests answered since the start. */
    public long requests() {
        return metrics.requests();
    }

    /** Pictures answered since the start. */
    public long pictures() {
        return metrics.pictures();
    }

    /** Tells newcomers that it stops, waits for the answers in progress as long as the limits say, and ends. */
    @Override
    public void close() {
        stopping = true;
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(limits.seconds());
        while (metrics.inProgress() > 0 && System.nanoTime() < last) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        http.stop(0);
        threads.shutdownNow();
        classifier.close();
    }

    private void handle(HttpExchange exchange) {
        long began = System.nanoTime();
        metrics.begun();
        String path = Endpoints.known(exchange.getRequestURI().getPath());
        try {
            Reply reply;
            try {
                reply = reply(exchange);
            } catch (IOException e) {
                metrics.answered(path, CLIENT_LEFT, (System.nanoTime() - began) / 1e9);
                throw e;
            }
            metrics.answered(path, reply.status(), (System.nanoTime() - began) / 1e9); // seen by whoever has the answer
            send(exchange, reply);
        } catch (IOException e) { // the client has gone, or was slower than the limits allow
        } finally {
            exchange.close();
            metrics.ended();
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        try {
            if (stopping) {
                exchange.getResponseHeaders().set("Connection", "close");
                throw new Refusal(503, "the server stops");
            }
            access.requireOwnSite(exchange.getRequestHeaders());
            return endpoints.answer(exchange, access);
        } catch (Refusal e) {
            Reply error = Reply.error(e.status(), String.valueOf(e.getMessage()));
            return switch (e.status()) {
                case 401 -> error.with("WWW-Authenticate", "Bearer");
                case 405 ->
                    error.with(
                            "Allow", Endpoints.allowed(exchange.getRequestURI().getPath()));
                case 429, 503 -> error.with("Retry-After", "1");
                default -> error;
            };
        } catch (RuntimeException | Error e) { // a thread that ends would leave the client without an answer
            faults.accept(e);
            return Reply.error(500, "the server failed; its log says why");
        }
    }

    private void send(HttpExchange exchange, Reply reply) throws IOException {
        discardRest(exchange.getRequestBody());
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.type());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set(
                "Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'");
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            headers.set(header.getKey(), header.getValue());
        }
        boolean bare = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), bare ? -1 : reply.body().length);
        if (!bare) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(reply.body());
            }
        }
    }

    /** So that a client that is still sending sees the answer, instead of a connection that broke; a body beyond the limit breaks it after all. */
    private void discardRest(InputStream in) throws IOException {
        byte[] block = new byte[1 << 16];
        long discarded = 0;
        for (int got = in.read(block); got >= 0 && discarded < 2L * limits.requestBytes(); got = in.read(block)) {
            discarded += got;
        }
    }
}
