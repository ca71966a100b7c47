package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.nn.Recompute;
import io.halflight.torch.NativeMemory;
import java.util.EnumSet;

/** What to do when a step asks for more memory than there is. */
final class StepMemory {
    private static final int SMALLEST = 2;

    private StepMemory() {}

    /** A step's failure; that of memory as one whose cause {@link NativeMemory#ranOut}. */
    static RuntimeException explained(RuntimeException failure, Trainer.Plan plan) {
        return NativeMemory.ranOut(failure)
                ? HalflightException.run(
                        "Memory ran out in stage %s with a batch of %d; try --set stages.%s.batch=%d."
                                .formatted(
                                        plan.stage(), plan.batch(), plan.stage(), Math.max(SMALLEST, plan.batch() / 2)),
                        failure)
                : failure;
    }

    /** Some steps of a plan on this machine, to see whether there is room. */
    @FunctionalInterface
    interface Rehearsal {
        /** Fails as the stage did where there is none. */
        void run(Trainer.Plan plan, Recompute.Extent recompute);
    }

    /**
     * The advice for a stage that ran out of memory: to compute feature maps again, which changes no result, or else a smaller batch; either
     * one tried where it has room.
     *
     * @param recompute what the stage did
     */
    static HalflightException advised(
            HalflightException failure, Trainer.Plan plan, Recompute.Extent recompute, Rehearsal rehearsal) {
        try {
            if (recompute != Recompute.Extent.ALL && hasRoom(rehearsal, plan, Recompute.Extent.ALL)) {
                return goOn(failure, plan);
            }
            for (int share = 2; plan.batch() / share >= SMALLEST; share *= 2) {
                Trainer.Plan smaller = plan.divided(share);
                for (Recompute.Extent tried : EnumSet.of(recompute, Recompute.Extent.ALL)) {
                    if (hasRoom(rehearsal, smaller, tried)) {
                        return startAnew(failure, plan, smaller, tried != recompute);
                    }
                }
            }
        } catch (RuntimeException e) {
            return failure; // it was not memory: a batch, say, that the method cannot cut so small
        }
        return failure;
    }

    private static HalflightException goOn(HalflightException failure, Trainer.Plan plan) {
        return HalflightException.run(
                ("Memory ran out in stage %s with a batch of %d; with --set recompute=all it has room here (it was tried). Go on with"
                                + " --resume and that: feature maps are then computed again instead of kept, for up to a third more time.")
                        .formatted(plan.stage(), plan.batch()),
                failure);
    }

    private static HalflightException startAnew(
            HalflightException failure, Trainer.Plan plan, Trainer.Plan smaller, boolean again) {
        return HalflightException.run(
                ("Memory ran out in stage %s with a batch of %d; one of %d has room here%s (it was tried). A run cannot change its batch"
                                + " on the way: start a new one with --set stages.%s.batch=%d%s.")
                        .formatted(
                                plan.stage(),
                                plan.batch(),
                                smaller.batch(),
                                again ? " if feature maps are computed again" : "",
                                plan.stage(),
                                smaller.batch(),
                                again ? " --set recompute=all" : ""),
                failure);
    }

    private static boolean hasRoom(Rehearsal rehearsal, Trainer.Plan plan, Recompute.Extent extent) {
        try {
            rehearsal.run(plan, extent);
            return true;
        } catch (HalflightException e) {
            if (NativeMemory.ranOut(e.getCause())) {
                return false;
            }
            throw e;
        }
    }
}
