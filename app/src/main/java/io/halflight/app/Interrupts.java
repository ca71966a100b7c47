package io.halflight.app;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the first Ctrl-C, or a polite kill, into a call; the second ends the process at once. A shutdown hook could not do
 * that: once it runs, Java hears no further signal. The JDK's class for signals is reached by reflection because javac
 * warns of its name and that warning cannot be silenced; where there is none, signals end the process as ever.
 */
final class Interrupts implements AutoCloseable {
    private final Map<Object, Object> before = new LinkedHashMap<>();
    private final Runnable stop;
    private @Nullable Method handle;
    private volatile int received;

    private Interrupts(Runnable stop) {
        this.stop = stop;
    }

    /** Calls {@code stop}, on a thread of the JVM, at the first signal until this is closed. */
    static Interrupts onStop(Runnable stop) {
        Interrupts interrupts = new Interrupts(stop);
        interrupts.listen("INT");
        interrupts.listen("TERM");
        return interrupts;
    }

    /** The exit code that shells expect: 130 after Ctrl-C, 143 after a polite kill. */
    int exitCode() {
        return received == 0 ? 130 : 128 + received;
    }

    @Override
    public void close() {
        before.forEach((signal, handler) -> {
            try {
                if (handle != null) {
                    handle.invoke(null, signal, handler);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a signal handler could not be put back", e);
            }
        });
    }

    private void listen(String name) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method number = type.getMethod("getNumber");
            handle = type.getMethod("handle", type, handler);
            Object signal = type.getConstructor(String.class).newInstance(name);
            Object ours = Proxy.newProxyInstance(
                    Interrupts.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            received((int) number.invoke(arguments[0]));
                            return null;
                        }
                        return method.getName().equals("equals") ? (Object) (proxy == arguments[0]) : describe(method);
                    });
            before.put(signal, handle.invoke(null, signal, ours));
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // no such signal on this system, or the JVM keeps it for itself
        }
    }

    private Object describe(Method method) {
        return method.getName().equals("hashCode") ? (Object) System.identityHashCode(this) : "Halflight's interrupts";
    }

    private void received(int number) {
        if (received != 0) {
            Runtime.getRuntime().halt(128 + number);
        }
        received = number;
        stop.run();
    }
}
