package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class TogetherTest {
    @Test
    void everyPieceIsDoneOnce() {
        AtomicIntegerArray done = new AtomicIntegerArray(1000);
        AtomicIntegerArray busy = new AtomicIntegerArray(3);
        Together.run(3, 1000, (worker, piece) -> {
            assertThat(busy.incrementAndGet(worker)).as("worker %d", worker).isEqualTo(1);
            done.incrementAndGet(piece);
            busy.decrementAndGet(worker);
        });
        for (int i = 0; i < done.length(); i++) {
            assertThat(done.get(i)).as("piece %d", i).isEqualTo(1);
        }
        Together.run(3, 0, (worker, piece) -> done.incrementAndGet(0));
        assertThat(done.get(0)).isEqualTo(1);
    }

    /** What is thrown comes out when the other threads have stopped, too: the caller then frees their memory. */
    @Test
    void afterAFailureNobodyIsAtWorkAnyMore() {
        AtomicInteger busy = new AtomicInteger();
        for (int round = 0; round < 20; round++) {
            assertThatThrownBy(() -> Together.run(4, 200, (worker, piece) -> {
                        busy.incrementAndGet();
                        try {
                            if (piece == 5) {
                                throw new IllegalStateException("piece 5");
                            }
                            Thread.sleep(2);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        } finally {
                            busy.decrementAndGet();
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("piece 5");
            assertThat(busy.get()).isZero();
        }
        assertThatThrownBy(() -> Together.run(2, 4, (worker, piece) -> {
                    throw new OutOfMemoryError("all");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }
}
