package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.HalflightException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private int report(Throwable failure, boolean debug) {
        return Failures.report(failure, debug, new PrintStream(bytes, true, UTF_8));
    }

    private String line() {
        assertThat(bytes.toString(UTF_8).lines()).hasSize(1);
        return bytes.toString(UTF_8).strip();
    }

    @Test
    void aWrongRequestEndsWith2AndAFailedRunWith1() {
        assertThat(report(HalflightException.usage("no such key"), false)).isEqualTo(2);
        assertThat(line()).isEqualTo("halflight: no such key");
        assertThat(report(HalflightException.run("disk full"), false)).isEqualTo(1);
    }

    @Test
    void aBugIsCalledOneAndKeepsItsFirstLine() {
        assertThat(report(new IllegalStateException("shape [2, 3]\nsecond line"), false))
                .isEqualTo(1);
        assertThat(line())
                .isEqualTo("halflight: IllegalStateException: shape [2, 3] - this is a bug in Halflight; "
                        + "run again with --debug and report what it prints");
    }

    @Test
    void debugShowsWhereAndWhy() {
        report(HalflightException.run("disk full", new IOException("No space left on device")), true);

        assertThat(bytes.toString(UTF_8)).contains("FailuresTest.debugShowsWhereAndWhy", "Caused by", "No space left");
    }

    @Test
    void aFullDiskIsNoBug() {
        report(new UncheckedIOException(new IOException("No space left on device")), false);

        assertThat(line()).contains("No space left on device", "room").doesNotContain("bug");
    }

    @Test
    void exhaustedMemoryIsToldFromJavasOwn() {
        Throwable torch = new RuntimeException(
                "[enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"
                        + " to");
        Throwable heap = new OutOfMemoryError("Java heap space");

        assertThat(Failures.isOutOfMemory(torch)).isTrue();
        assertThat(Failures.isHeap(torch)).isFalse();
        assertThat(Failures.isOutOfMemory(new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB")))
                .isTrue();
        assertThat(Failures.isOutOfMemory(heap)).isTrue();
        assertThat(Failures.isHeap(heap)).isTrue();
        assertThat(Failures.isOutOfMemory(new IllegalStateException("shape"))).isFalse();
        report(torch, false);
        assertThat(line()).contains("--set stages.STAGE.batch=").doesNotContain("bug");
    }
}
