package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.app.serve.Access;
import io.halflight.app.serve.Server;
import io.halflight.app.serve.ServerLimits;
import io.halflight.bundle.Classifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight serve BUNDLE}. */
@Command(
        name = "serve",
        description = "Answers over HTTP with the classifier of a run, until Ctrl-C.",
        footer = {
            "",
            "  halflight serve runs/photos",
            "  curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' localhost:8080/predict",
            "  curl -F picture=@cat.jpg -F picture=@dog.jpg 'localhost:8080/predict?top=3'",
            "",
            "There is a page to drop pictures on at /, a description for programs at /openapi.json, figures for Prometheus at"
                    + " /metrics."
        })
final class ServeCommand implements Callable<Integer> {
    private static final String TOKEN = "HALFLIGHT_TOKEN";
    private static final int SHORTEST_TOKEN = 16;

    private final Console console;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "A model bundle, or the directory of a finished run.")
    Path bundle = Path.of("");

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "Where to listen; ${DEFAULT-VALUE} if left out, 0 takes a free one.")
    int port;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "127.0.0.1",
            description =
                    "Which of this machine's addresses to listen on; ${DEFAULT-VALUE} if left out, which only this"
                            + " machine reaches. 0.0.0.0 takes all.")
    String host = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Another name under which clients know the server, such as that of a proxy before it; may be"
                    + " given several times.")
    List<String> names = new ArrayList<>();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Answers only those who send the token in this file, or in the environment's " + TOKEN + ".")
    @Nullable
    Path tokenFile;

    @Option(
            names = "--max-mb",
            paramLabel = "N",
            defaultValue = "16",
            description = "Largest request in MB; ${DEFAULT-VALUE} if left out.")
    int megabytes;

    @Option(
            names = "--max-megapixels",
            paramLabel = "N",
            defaultValue = "50",
            description = "Largest picture in millions of pixels; ${DEFAULT-VALUE} if left out.")
    int megapixels;

    @Option(
            names = "--max-pictures",
            paramLabel = "N",
            defaultValue = "64",
            description = "Most pictures in a request; ${DEFAULT-VALUE} if left out.")
    int pictures;

    @Option(
            names = "--waiting",
            paramLabel = "N",
            defaultValue = "128",
            description = "Requests at once; ${DEFAULT-VALUE} if left out. More are told to come back (429).")
    int waiting;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "For a request to arrive and for its answer; ${DEFAULT-VALUE} if left out.")
    int seconds;

    @Mixin
    DeviceOption device = new DeviceOption();

    @Mixin
    CommonOptions common = new CommonOptions();

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (port < 0 || port > 65535) {
            throw HalflightException.usage("--port is " + port + "; give 0 to 65535");
        }
        ServerLimits limits = new ServerLimits(megabytes, megapixels, pictures, waiting, seconds);
        String token = token();
        List<String> known = new ArrayList<>(names);
        known.add(host);
        CountDownLatch stop = new CountDownLatch(1);
        try (Interrupts interrupts = Interrupts.onStop(stop::countDown);
                Classifier classifier = Classifier.load(BundleOptions.located(bundle), device.name)) {
            Server server = Server.start(
                    classifier,
                    new InetSocketAddress(host, port),
                    limits,
                    new Access(known, token),
                    Main.version(),
                    fault -> Failures.report(fault, common.debug, console.err()));
            try (server) {
                begun(server, token != null);
                await(stop);
                console.out().println("Stopping; answers in progress are finished first.");
            }
            console.out()
                    .println("Answered %s with %s."
                            .formatted(
                                    Text.count(server.requests(), "request", "requests"),
                                    Text.count(server.pictures(), "picture", "pictures")));
        }
        return Failures.OK;
    }

    private void begun(Server server, boolean locked) {
        boolean everywhere = new InetSocketAddress(host, port).getAddress().isAnyLocalAddress();
        console.out()
                .println("http://%s:%d/ answers; Ctrl-C stops it."
                        .formatted(
                                everywhere ? "localhost" : host.contains(":") ? "[" + host + "]" : host,
                                server.port()));
        boolean alone = new InetSocketAddress(host, port).getAddress().isLoopbackAddress();
        if (!alone && !locked) {
            console.err()
                    .println("Whoever reaches this machine may ask: --token-file or " + TOKEN
                            + " lets only those in who know a token.");
        }
    }

    private @Nullable String token() {
        String token = System.getenv(TOKEN);
        String from = TOKEN;
        if (tokenFile != null) {
            from = tokenFile.toString();
            try {
                token = Files.readString(tokenFile);
            } catch (IOException e) {
                throw HalflightException.usage(
                        "--token-file: %s cannot be read (%s)".formatted(tokenFile, e.getMessage()));
            }
        }
        if (token == null) {
            return null;
        }
        String stripped = token.strip();
        if (stripped.length() < SHORTEST_TOKEN || !stripped.matches("[!-~]+")) {
            throw HalflightException.usage("the token in %s has to be one word of %d letters, digits and signs or more"
                    .formatted(from, SHORTEST_TOKEN));
        }
        return stripped;
    }

    private static void await(CountDownLatch stop) {
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
