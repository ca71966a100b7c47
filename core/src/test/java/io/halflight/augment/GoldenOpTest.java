package io.halflight.augment;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation on bytes against the numbers of Pillow 12.3 on a picture given by a formula: equal to the last bit. */
class GoldenOpTest {
    @ParameterizedTest
    @MethodSource("operations")
    void agreesWithPillow(String operation) throws IOException {
        Map<String, Object> expected = Json.object(GoldenAugmentTest.golden().get(operation), operation);
        Canvas canvas = new Canvas();
        canvas.load(Pictures.formula(32));
        perform(operation, canvas);

        Map<String, Object> pixels = Json.object(expected.get("pixels"), "pixels");
        assertThat(pixels).hasSize(5);
        pixels.forEach((place, values) -> {
            String[] yx = place.split(",", 2);
            int at = Integer.parseInt(yx[0]) * 32 + Integer.parseInt(yx[1]);
            for (int c = 0; c < 3; c++) {
                assertThat((double) (canvas.planes[c][at] & 255))
                        .as("pixel %s of channel %d", place, c)
                        .isEqualTo(number(values, c));
            }
        });
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int i = 0; i < 1024; i++) {
                sum += canvas.planes[c][i] & 255;
            }
            assertThat(sum / 1024).as("mean of channel %d", c).isCloseTo(number(expected.get("mean"), c), within(1e-6));
        }
    }

    static Set<String> operations() throws IOException {
        Set<String> names = GoldenAugmentTest.golden().keySet().stream()
                .filter(name -> name.startsWith("uint8."))
                .collect(toSet());
        assertThat(names).hasSize(12);
        return names;
    }

    private static void perform(String operation, Canvas canvas) {
        switch (operation.substring("uint8.".length())) {
            case "autocontrast" -> apply(canvas, Op.AUTO_CONTRAST, Double.NaN, 0);
            case "equalize" -> apply(canvas, Op.EQUALIZE, Double.NaN, 0);
            case "invert" -> apply(canvas, Op.INVERT, Double.NaN, 0);
            case "posterize(4)" -> apply(canvas, Op.POSTERIZE, 4, 0);
            case "solarize(128)" -> apply(canvas, Op.SOLARIZE, 128, 0);
            case "sharpness(1.9)" -> apply(canvas, Op.SHARPNESS, 1.9, 0);
            case "color(0.1)" -> apply(canvas, Op.COLOR, 0.1, 0);
            case "contrast(1.9)" -> apply(canvas, Op.CONTRAST, 1.9, 0);
            case "brightness(0.5)" -> apply(canvas, Op.BRIGHTNESS, 0.5, 0);
            case "rotate(30,nearest,fill=128)" -> apply(canvas, Op.ROTATE, 30, 128);
            case "shear_x(0.3,nearest,fill=0)" -> apply(canvas, Op.SHEAR_X, 0.3, 0);
            case "translate_x(7,nearest,fill=0)" -> apply(canvas, Op.TRANSLATE_X, 7, 0);
            default -> throw new IllegalArgumentException(operation);
        }
    }

    private static void apply(Canvas canvas, Op op, double amount, int fill) {
        op.apply(canvas, amount, CropBox.NONE, ContrastMean.PAPER, Fill.grey(fill));
    }

    private static double number(Object list, int i) {
        return ((Number) ((List<?>) list).get(i)).doubleValue();
    }
}
