package io.halflight.augment;

import io.halflight.augment.OpPlan.Work;
import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@link RandAugment} for a whole batch of bytes, slot by slot as {@link OpPlan} says. */
final class BatchRandAugment {
    private final OpPlan plan;
    private final Fill fill;
    private int tablesDone;
    private int movesDone;

    BatchRandAugment(OpPlan plan, Fill fill) {
        this.plan = plan;
        this.fill = fill;
    }

    /** The changed pictures; x is uint8 [n, channels, size, size] and stays as it is. */
    Tensor apply(Tensor x) {
        return Tensors.resultOf(() -> {
            long n = x.size(0);
            Device device = x.device();
            Tensor sources = Upload.longs(plan.sources, device, plan.slots + 1, n);
            Tensor numbers = Upload.floats(plan.numbers, device, plan.slots, n, OpPlan.NUMBERS);
            Tensor tables = bytes(plan.tables, device).view(-1, 1, 256);
            Tensor steps = Upload.longs(plan.steps, device, plan.steps.length / Moves.STEPS, Moves.STEPS)
                    .to(ScalarType.Int);
            Tensor sorted = x;
            for (int i = 0; i < plan.slots; i++) {
                int slot = i;
                Tensor before = sorted;
                sorted = Tensors.resultOf(() -> {
                    Tensor now = before.index_select(0, sources.select(0, slot));
                    change(now, slot, numbers.select(0, slot), tables, steps);
                    return now;
                });
                if (slot > 0) {
                    before.close();
                }
            }
            return sorted.index_select(0, sources.select(0, plan.slots));
        });
    }

    private static Tensor bytes(byte[] values, Device device) {
        Tensor host = Upload.host(ScalarType.Byte, device, values.length);
        if (values.length > 0) {
            host.data_ptr_byte().put(values);
        }
        return Upload.send(host, device);
    }

    /** One slot in place; numbers are [n, {@link OpPlan#NUMBERS}] in the order of x. */
    private void change(Tensor x, int slot, Tensor numbers, Tensor tables, Tensor steps) {
        int mapped = plan.count(slot, Work.TABLE)
                + plan.count(slot, Work.CONTRAST)
                + plan.count(slot, Work.AUTO_CONTRAST)
                + plan.count(slot, Work.EQUALIZE);
        if (mapped > 0) {
            try (PointerScope scope = new PointerScope()) {
                BatchTones.map(x.narrow(0, 0, mapped), tables(x, slot, numbers, tables));
            }
        }
        int from = mapped;
        for (Work work : List.of(Work.COLOR, Work.SHARPNESS, Work.MOVE, Work.COVER)) {
            int count = plan.count(slot, work);
            if (count > 0) {
                try (PointerScope scope = new PointerScope()) {
                    change(work, x.narrow(0, from, count), numbers.narrow(0, from, count), steps);
                }
                from += count;
            }
        }
    }

    private void change(Work work, Tensor x, Tensor numbers, Tensor steps) {
        switch (work) {
            case COLOR -> BatchTones.color(x, BatchResizer.column(numbers, 0));
            case SHARPNESS -> BatchTones.sharpness(x, BatchResizer.column(numbers, 0));
            case MOVE -> {
                BatchMoves.move(x, steps.narrow(0, movesDone, x.size(0)), fill);
                movesDone += Math.toIntExact(x.size(0));
            }
            default -> BatchCutout.cover(x, BatchCutout.holes(numbers, OpPlan.HOLE, x.size(2)), fill);
        }
    }

    /** The tables of a slot's first pictures, [mapped, channels, 256]. */
    private Tensor tables(Tensor x, int slot, Tensor numbers, Tensor given) {
        List<Tensor> parts = new ArrayList<>();
        int from = 0;
        for (Work work : List.of(Work.TABLE, Work.CONTRAST, Work.AUTO_CONTRAST, Work.EQUALIZE)) {
            int count = plan.count(slot, work);
            if (count > 0) {
                Tensor block = x.narrow(0, from, count);
                parts.add(
                        switch (work) {
                            case TABLE -> given.narrow(0, tablesDone, count).expand(count, x.size(1), 256);
                            case CONTRAST ->
                                BatchTones.contrast(block, BatchResizer.column(numbers.narrow(0, from, count), 0));
                            case AUTO_CONTRAST -> BatchTones.autoContrast(block);
                            default -> BatchTones.equalize(block);
                        });
                tablesDone += work == Work.TABLE ? count : 0;
                from += count;
            }
        }
        return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    }
}
