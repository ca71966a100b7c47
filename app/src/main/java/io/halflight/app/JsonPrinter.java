package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.json.Json;
import io.halflight.recipe.RunResult;
import io.halflight.train.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shows a run to a program: one JSON object a line, told apart by {@code event}. Progress comes once an epoch, counted when
 * the epoch is complete. Always UTF-8, whatever the locale.
 */
final class JsonPrinter implements RunDisplay {
    /** The {@code progress} event; its components are the keys. */
    private record Line(
            String event,
            String stage,
            int epochsDone,
            int epochs,
            long step,
            long steps,
            double loss,
            double picturesPerSecond,
            double waiting,
            double secondsLeft,
            double expectedStart) {}

    private final PrintStream out;
    private int epochsDone;
    private String stage = "";

    JsonPrinter(PrintStream out) {
        this.out = new PrintStream(out, true, UTF_8);
    }

    /** Writes one line; {@code fields} are keys and values by turns. */
    synchronized void event(String name, Object... fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", name);
        for (int i = 0; i < fields.length; i += 2) {
            line.put((String) fields[i], fields[i + 1]);
        }
        write(line);
    }

    /** The {@code result} event. */
    void result(RunResult result, Path model) {
        event(
                "result",
                "directory",
                result.directory(),
                "seconds",
                result.seconds(),
                "rows",
                result.rows(),
                "frozen",
                result.frozen(),
                "model",
                model);
    }

    private void write(Object line) {
        out.println(Json.write(line));
    }

    @Override
    public void message(String line) {
        event("message", "text", line);
    }

    @Override
    public void stageStarted(String stage, int number, int count, String detail) {
        this.stage = stage;
        epochsDone = 0;
        event("stage", "stage", stage, "number", number, "count", count, "detail", detail);
    }

    @Override
    public void progress(Progress p) {
        int done = p.steps() == 0 ? 0 : (int) (p.step() * p.epochs() / p.steps());
        if (done > epochsDone) {
            epochsDone = done;
            write(new Line(
                    "progress",
                    p.stage(),
                    done,
                    p.epochs(),
                    p.step(),
                    p.steps(),
                    p.loss(),
                    p.picturesPerSecond(),
                    p.waiting(),
                    p.secondsLeft(),
                    p.expectedStart()));
        }
    }

    @Override
    public void evaluated(String stage, int epoch, Map<String, Double> figures) {
        event("evaluated", "stage", stage, "epoch", epoch, "figures", figures);
    }

    @Override
    public void stageFinished(String stage, double seconds, boolean reused) {
        event("stageFinished", "stage", stage, "seconds", seconds, "reused", reused);
    }

    @Override
    public String stage() {
        return stage;
    }
}
