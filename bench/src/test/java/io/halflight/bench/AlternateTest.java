package io.halflight.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlternateTest {
    @Test
    void theFirstRoundDoesNotCountAndTheMedianRatioIsThatOfTheRounds() {
        List<String> order = new ArrayList<>();
        Iterator<Double> first = List.of(99.0, 1.0, 2.0, 4.0).iterator();
        Iterator<Double> second = List.of(99.0, 3.0, 2.0, 6.0).iterator();
        Alternate times = Alternate.measure(
                3,
                () -> {
                    order.add("a");
                    return first.next();
                },
                () -> {
                    order.add("b");
                    return second.next();
                });
        assertThat(times.first()).isEqualTo(2);
        assertThat(times.second()).isEqualTo(3);
        assertThat(times.ratio()).isCloseTo(1.5, within(1e-12)); // of 3, 1, 1.5
        assertThat(String.join("", order)).isEqualTo("baabbaab");
    }

    @Test
    void theTableSaysWhatWasMissedAndWhatHadNoCompany() {
        var bytes = new ByteArrayOutputStream();
        Bench.print(
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                List.of(
                        new Row("a thing", "10/s", "other 4/s", 2.5, 2),
                        new Row("a slow thing", "3/s", "other 4/s", 0.75, 1),
                        Row.alone("a lonely thing", "5/s", "nothing there", 8)),
                new Limits(99.6, 12.34));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains(
                        "matrix product 100 GFLOP/s, copy 12.3 GB/s\n",
                        "ratio 2.50, to reach 2.00\n",
                        "ratio 0.75, to reach 1.00: not reached",
                        "no ratio, to reach 8.00");
    }
}
