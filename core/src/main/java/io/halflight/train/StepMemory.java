package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.torch.NativeMemory;
import java.util.function.Consumer;

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

    /**
     * The advice for a stage that ran out of memory, with a batch that was tried where one has room.
     *
     * @param rehearsal runs some steps of a plan on this machine; fails as the stage did where there is no room
     */
    static HalflightException advised(HalflightException failure, Trainer.Plan plan, Consumer<Trainer.Plan> rehearsal) {
        for (int share = 2; plan.batch() / share >= SMALLEST; share *= 2) {
            Trainer.Plan smaller = plan.divided(share);
            try {
                rehearsal.accept(smaller);
            } catch (HalflightException e) {
                if (NativeMemory.ranOut(e.getCause())) {
                    continue;
                }
                return failure;
            } catch (RuntimeException e) {
                return failure; // a batch that the method cannot cut so small
            }
            return HalflightException.run(
                    ("Memory ran out in stage %s with a batch of %d; one of %d has room here (it was tried). A run cannot change"
                                    + " its batch on the way: start a new one with --set stages.%s.batch=%d.")
                            .formatted(plan.stage(), plan.batch(), smaller.batch(), plan.stage(), smaller.batch()),
                    failure);
        }
        return failure;
    }
}
