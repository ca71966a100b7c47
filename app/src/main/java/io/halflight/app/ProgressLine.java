package io.halflight.app;

import io.halflight.train.Progress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Puts the state of a run on one line that fits the width; what matters least goes first. */
final class ProgressLine {
    private static final int BAR_MIN = 5;
    private static final int BAR_MAX = 24;
    private static final int NAME_MIN = 4;

    /** In the order of the screen. */
    private enum Field {
        HEAD,
        BAR,
        PERCENT,
        EPOCH,
        LOSS,
        RATE,
        WAITING,
        LEFT
    }

    /** What a narrow terminal does without, in this order. */
    private static final List<Field> DROPPED = List.of(Field.WAITING, Field.RATE, Field.LOSS, Field.BAR, Field.EPOCH);

    private ProgressLine() {}

    /** One line of at most {@code width} characters. */
    static String of(Progress p, int width, boolean unicode) {
        double share = p.steps() == 0 ? 0 : (double) p.step() / p.steps();
        Map<Field, String> fields = fields(p, share);
        fields.put(Field.BAR, bar(share, BAR_MIN, unicode));
        for (Field drop : DROPPED) {
            if (join(fields).length() <= width) {
                break;
            }
            fields.remove(drop);
        }
        int room = width - join(fields).length();
        if (room > 0 && fields.containsKey(Field.BAR)) {
            fields.put(Field.BAR, bar(share, Math.min(BAR_MAX, BAR_MIN + room), unicode));
        }
        if (room < 0) {
            int name = Math.max(NAME_MIN, p.stage().length() + room);
            fields.put(Field.HEAD, head(Text.cut(p.stage(), name), p.stageNumber(), p.stageCount()));
        }
        return Text.cut(join(fields), width);
    }

    /** The same without a bar, as long as it gets. */
    static String plain(Progress p) {
        return join(fields(p, p.steps() == 0 ? 0 : (double) p.step() / p.steps()));
    }

    /** Work that precedes training; {@code total} 0 if unknown. */
    static String preparing(String what, long done, long total, int width, boolean unicode) {
        String count = total == 0 ? Text.count(done) : Text.count(done) + "/" + Text.count(total);
        int room = width - what.length() - count.length() - 4;
        String bar = total == 0 || room < BAR_MIN
                ? ""
                : "  " + bar(Math.min(1, (double) done / total), Math.min(BAR_MAX, room), unicode);
        return Text.cut(what + bar + "  " + count, width);
    }

    /** {@code pretrain 1/4}. */
    static String head(String stage, int number, int count) {
        return stage + " " + number + "/" + count;
    }

    private static Map<Field, String> fields(Progress p, double share) {
        Map<Field, String> fields = new EnumMap<>(Field.class);
        fields.put(Field.HEAD, head(p.stage(), p.stageNumber(), p.stageCount()));
        fields.put(Field.PERCENT, (int) (100 * share) + "%"); // rounded down: 100% means done
        fields.put(Field.EPOCH, "epoch " + Math.min(p.epoch() + 1, p.epochs()) + "/" + p.epochs());
        if (!Double.isNaN(p.loss())) {
            String from = Double.isNaN(p.expectedStart()) ? "" : " from " + Text.loss(p.expectedStart());
            fields.put(Field.LOSS, "loss " + Text.loss(p.loss()) + from);
        }
        fields.put(Field.RATE, Text.count(Math.round(p.picturesPerSecond())) + " pictures/s");
        fields.put(Field.WAITING, "waiting " + (int) Math.rint(100 * p.waiting()) + "%");
        if (!Double.isNaN(p.secondsLeft())) {
            fields.put(Field.LEFT, Text.duration(p.secondsLeft()) + " left");
        }
        return fields;
    }

    private static String join(Map<Field, String> fields) {
        List<String> parts = new ArrayList<>();
        fields.forEach((field, text) -> {
            if (field == Field.PERCENT && fields.containsKey(Field.BAR)) {
                parts.add(parts.remove(parts.size() - 1) + " " + text); // the number belongs to the bar
            } else {
                parts.add(text);
            }
        });
        return String.join("  ", parts);
    }

    private static String bar(double share, int cells, boolean unicode) {
        int filled = (int) (share * cells);
        return (unicode ? "━" : "#").repeat(filled) + (unicode ? "─" : "-").repeat(cells - filled);
    }
}
