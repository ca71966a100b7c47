package io.halflight.app;

import io.halflight.train.Progress;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows a run to a person. On a terminal one line is rewritten up to ten times a second and each stage leaves its result
 * behind; elsewhere a line appears after an epoch, at most every ten seconds, at least every five minutes.
 */
final class ProgressPrinter implements RunDisplay {
    private static final long SECOND = 1_000_000_000L;
    private static final long BETWEEN_DRAWS = SECOND / 10;
    private static final long BETWEEN_LINES = 10 * SECOND;
    private static final long LONGEST_SILENCE = 300 * SECOND;
    private static final String ERASE = "\r\033[K";

    /** A window made narrower between two looks at its width must cut the line, not wrap it. */
    private static final String WRAP_OFF = "\033[?7l";

    private static final String WRAP_ON = "\033[?7h";

    private final PrintStream out;
    private final Terminal terminal;
    private final LongSupplier nanos;

    private boolean live;
    private long lastDraw;
    private long lastLine;
    private int lastEpoch;
    private String stage = "";
    private String head = "";
    private long lastFigures;
    private int figuresEpoch;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    ProgressPrinter(PrintStream out, Terminal terminal, LongSupplier nanos) {
        this.out = out;
        this.terminal = terminal;
        this.nanos = nanos;
        this.lastDraw = nanos.getAsLong() - BETWEEN_DRAWS;
        this.lastLine = nanos.getAsLong();
    }

    @Override
    public synchronized void message(String line) {
        line(line);
    }

    @Override
    public synchronized void preparing(String what, long done, long total) {
        if (terminal.interactive()) {
            draw(ProgressLine.preparing(what, done, total, room(), terminal.unicode()), total > 0 && done == total);
        } else if (nanos.getAsLong() - lastLine >= BETWEEN_LINES) {
            line(ProgressLine.preparing(what, done, 0, Integer.MAX_VALUE, false));
        }
    }

    @Override
    public synchronized void stageStarted(String stage, int number, int count, String detail) {
        this.stage = stage;
        head = ProgressLine.head(stage, number, count);
        lastEpoch = 0;
        lastFigures = nanos.getAsLong() - BETWEEN_LINES;
        line(head + (detail.isEmpty() ? "" : ": " + detail));
    }

    @Override
    public synchronized void progress(Progress p) {
        if (terminal.interactive()) {
            draw(ProgressLine.of(p, room(), terminal.unicode()), p.step() == p.steps());
            return;
        }
        long silence = nanos.getAsLong() - lastLine;
        if (silence >= LONGEST_SILENCE || (silence >= BETWEEN_LINES && p.epoch() > lastEpoch)) {
            lastEpoch = p.epoch();
            line(ProgressLine.plain(p));
        }
    }

    @Override
    public synchronized void evaluated(String stage, int epoch, Map<String, Double> measured) {
        if (epoch != figuresEpoch) {
            figures.clear();
        }
        figuresEpoch = epoch;
        figures.putAll(measured);
        if (nanos.getAsLong() - lastFigures >= BETWEEN_LINES) {
            figuresLine();
        }
    }

    @Override
    public synchronized void stageFinished(String stage, double seconds, boolean reused) {
        figuresLine();
        String tick = terminal.unicode() ? "✓ " : "";
        String name = stage.equals(this.stage) ? head : stage; // one that is reused never started
        line(terminal.good(tick + name) + (reused ? " was done before, in " : " done in ") + Text.duration(seconds));
    }

    @Override
    public synchronized String stage() {
        return stage;
    }

    @Override
    public synchronized void clear() {
        if (live) {
            out.print(ERASE);
            out.flush();
            live = false;
        }
    }

    private void figuresLine() {
        if (!figures.isEmpty()) {
            lastFigures = nanos.getAsLong();
            line("  epoch " + (figuresEpoch + 1) + ": " + Figures.line(figures));
            figures.clear();
        }
    }

    private void line(String text) {
        clear();
        out.println(text);
        out.flush();
        lastLine = nanos.getAsLong();
    }

    private void draw(String text, boolean last) {
        long now = nanos.getAsLong();
        if (!last && now - lastDraw < BETWEEN_DRAWS) {
            return;
        }
        lastDraw = now;
        live = true;
        out.print(WRAP_OFF + ERASE + paint(text) + WRAP_ON);
        out.flush();
    }

    private String paint(String text) {
        return terminal.colour()
                ? text.replaceFirst("━+", "\033[36m$0\033[39m").replaceFirst("─+", "\033[2m$0\033[22m")
                : text;
    }

    /** The last column stays free: some terminals wrap as soon as it is filled. */
    private int room() {
        return Math.max(1, terminal.width() - 1);
    }
}
