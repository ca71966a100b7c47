package io.halflight.augment;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The operations of a batch in the order in which a device carries them out. In each of the slots the pictures are sorted
 * by the work that is due, so that every kind of work is done once, on one block of them; as the draws are on the host,
 * what is sorted where is known there.
 */
final class OpPlan {
    /** Kinds of work in the order of their blocks. The first four make tables of levels. */
    enum Work {
        /** A table that depends on the amount alone. */
        TABLE,
        CONTRAST,
        AUTO_CONTRAST,
        EQUALIZE,
        COLOR,
        SHARPNESS,
        MOVE,
        COVER,
        NOTHING;

        static Work of(Op op, ContrastMean contrast, int channels) {
            return switch (op) {
                case IDENTITY -> NOTHING;
                case AUTO_CONTRAST -> AUTO_CONTRAST;
                case EQUALIZE -> EQUALIZE;
                case ROTATE, SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y -> MOVE;
                case INVERT, POSTERIZE, SOLARIZE, SOLARIZE_ADD, BRIGHTNESS -> TABLE;
                case CONTRAST -> contrast == ContrastMean.CODE ? TABLE : CONTRAST;
                case COLOR -> channels == 3 ? COLOR : NOTHING;
                case SHARPNESS -> SHARPNESS;
                case CUTOUT -> COVER;
            };
        }
    }

    /** Numbers of a picture in a slot: the factor of a blend, and from {@link #HOLE} on what Cutout covers. */
    static final int NUMBERS = 5;

    static final int HOLE = 1;

    final int slots;

    /** Per slot, and once more to restore the order: row j was row {@code sources[slot * n + j]} before. */
    final long[] sources;

    /** Per slot and row {@link #NUMBERS}. */
    final float[] numbers;

    /** 256 levels for each TABLE, slot by slot. */
    final byte[] tables;

    /** {@link Moves#steps} for each MOVE, slot by slot. */
    final long[] steps;

    private final RandAugment augment;
    private final int n;
    private final int channels;
    private final int size;
    private final List<Map<Work, Integer>> counts = new ArrayList<>();
    private final ByteArrayOutputStream madeTables = new ByteArrayOutputStream();
    private final LongStream.Builder madeSteps = LongStream.builder();
    private final Canvas levels = new Canvas();
    private final int[] step = new int[Moves.STEPS];

    /**
     * Sorts.
     *
     * @param draws n rows, which end in what {@link RandAugment#write} wrote
     * @param size rows and columns of the pictures
     */
    OpPlan(RandAugment augment, float[] draws, int n, int channels, int size) {
        this.augment = augment;
        this.n = n;
        this.channels = channels;
        this.size = size;
        slots = augment.config.ops();
        sources = new long[(slots + 1) * n];
        numbers = new float[slots * n * NUMBERS];
        levels.reshape(1, 1, 256);
        int[] rows = new int[n]; // where each picture's row is
        Arrays.setAll(rows, i -> i);
        for (int slot = 0; slot < slots; slot++) {
            sort(slot, draws, rows);
        }
        for (int i = 0; i < n; i++) {
            sources[slots * n + i] = rows[i];
        }
        tables = madeTables.toByteArray();
        steps = madeSteps.build().toArray();
    }

    private void sort(int slot, float[] draws, int[] rows) {
        int[] at = new int[n]; // the numbers of the slot's operations: all of them end a picture's draws
        Arrays.setAll(at, i -> (i + 1) * (draws.length / n) - (slots - slot) * RandAugment.DRAWS);
        Work[] due = new Work[n];
        Arrays.setAll(due, i -> Work.of(augment.op(draws, at[i]), augment.config.contrast(), channels));
        Map<Work, Integer> count = new EnumMap<>(Work.class);
        int row = 0;
        for (Work work : Work.values()) {
            int first = row;
            for (int i = 0; i < n; i++) {
                if (due[i] == work) {
                    sources[slot * n + row] = rows[i];
                    rows[i] = row;
                    note(work, draws, at[i], (slot * n + row) * NUMBERS);
                    row++;
                }
            }
            count.put(work, row - first);
        }
        counts.add(count);
    }

    /** What the work on one picture needs to know. */
    private void note(Work work, float[] draws, int from, int to) {
        Op op = augment.op(draws, from);
        double amount = augment.amount(draws, from, size, size);
        numbers[to] = (float) amount;
        System.arraycopy(draws, from + RandAugment.HOLE, numbers, to + HOLE, 4);
        if (work == Work.TABLE) {
            madeTables.write(table(op, amount), 0, 256);
        } else if (work == Work.MOVE) {
            Moves.steps(op, amount, size, size, step);
            Arrays.stream(step).forEach(madeSteps::add);
        }
    }

    /** What the operation makes of a picture that shows every level once, in order. */
    private byte[] table(Op op, double amount) {
        for (int i = 0; i < 256; i++) {
            levels.planes[0][i] = (byte) i;
        }
        if (op == Op.CONTRAST) { // its grey depends on the number of pixels
            Tones.contrast(levels, (float) amount, ContrastMean.code(size * size));
        } else {
            op.apply(levels, amount, CropBox.NONE, augment.config.contrast(), augment.config.fill());
        }
        return levels.planes[0];
    }

    /** Whether any picture is changed. */
    boolean changes() {
        return counts.stream().anyMatch(count -> count.getOrDefault(Work.NOTHING, 0) < n);
    }

    /** Pictures for which this work is due in a slot. */
    int count(int slot, Work work) {
        return counts.get(slot).getOrDefault(work, 0);
    }
}
