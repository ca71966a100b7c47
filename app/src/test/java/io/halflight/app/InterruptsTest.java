package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptsTest {
    private static void raise(String name) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        signal.getMethod("raise", signal)
                .invoke(null, signal.getConstructor(String.class).newInstance(name));
    }

    @Test
    void aSignalCallsStopAndNamesTheExitCode() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);

        try (Interrupts interrupts = Interrupts.onStop(stopped::countDown)) {
            assertThat(interrupts.exitCode()).isEqualTo(130);
            raise("TERM");

            assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(interrupts.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void afterwardsTheEarlierHandlerIsBack() throws Exception {
        CountDownLatch outer = new CountDownLatch(1);
        CountDownLatch inner = new CountDownLatch(1);

        try (Interrupts around = Interrupts.onStop(outer::countDown)) {
            try (Interrupts within = Interrupts.onStop(inner::countDown)) {
                assertThat(within).isNotNull();
            }
            raise("INT");

            assertThat(outer.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(around.exitCode()).isEqualTo(130);
        }
        assertThat(inner.getCount()).isEqualTo(1);
    }
}
