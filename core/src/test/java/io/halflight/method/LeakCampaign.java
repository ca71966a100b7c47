package io.halflight.method;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Named;

/** A whole process for {@link LongTrainingTest}: trains every method, and says what memory it held before and after. */
final class LeakCampaign {
    private LeakCampaign() {}

    /**
     * Arguments: steps of each method, of which a quarter as many, but at most 200, come before the first measurement; the
     * first method; and every which one after it, so that several processes can share the work.
     */
    public static void main(String[] arguments) throws IOException {
        int steps = Integer.parseInt(arguments[0]);
        List<Named<Supplier<Method>>> methods = MethodHarnessTest.methods().toList();
        for (int i = Integer.parseInt(arguments[1]); i < methods.size(); i += Integer.parseInt(arguments[2])) {
            Named<Supplier<Method>> method = methods.get(i);
            MethodHarnessTest.Training training =
                    new MethodHarnessTest.Training(MethodHarnessTest.fresh(method.getPayload()));
            training.steps(Math.min(200, steps / 4), 0.001);
            System.gc(); // what the construction left behind, so that it cannot hide what the steps leave
            training.steps(2, 0.001);
            long handles = Pointer.totalCount();
            long before = resident();
            training.steps(steps, 0.001);
            System.out.printf(
                    Locale.ROOT,
                    "method %s handles %d %d resident-kb %d %d%n",
                    method.getName().replace(' ', '_'),
                    handles,
                    Pointer.totalCount(),
                    before,
                    resident());
        }
    }

    /** Memory that this process holds, once the C library has given back what nobody uses. */
    private static long resident() throws IOException {
        System.gc();
        Pointer.trimMemory();
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        return status.stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
