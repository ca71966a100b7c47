package io.halflight.augment;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import io.halflight.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation on values in [0, 1] against the numbers of torchvision 0.28 on a picture given by a formula. */
class GoldenAugmentTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @MethodSource("operations")
    void agreesWithTorchvision(String operation) throws IOException {
        Map<String, Object> expected = Json.object(golden().get(operation), operation);
        int size = ((Number) ((List<?>) expected.get("shape")).get(0)).intValue();

        float[] actual = perform(operation, size);

        Map<String, Object> pixels = Json.object(expected.get("pixels"), "pixels");
        assertThat(pixels).isNotEmpty();
        pixels.forEach((place, values) -> {
            String[] yx = place.split(",", 2);
            int at = Integer.parseInt(yx[0]) * size + Integer.parseInt(yx[1]);
            for (int c = 0; c < 3; c++) {
                assertThat((double) actual[c * size * size + at])
                        .as("pixel %s of channel %d", place, c)
                        .isCloseTo(number(values, c), within(TOLERANCE));
            }
        });
        for (int c = 0; c < 3; c++) {
            assertThat(operation.contains("bicubic") ? unclippedBicubicMean(c) : mean(actual, c, size * size))
                    .as("mean of channel %d", c)
                    .isCloseTo(number(expected.get("mean"), c), within(TOLERANCE));
        }
    }

    static Set<String> operations() throws IOException {
        Set<String> names = golden().keySet().stream()
                .filter(name -> name.startsWith("float."))
                .collect(toSet());
        assertThat(names).hasSize(18);
        return names;
    }

    private static float[] perform(String operation, int size) {
        Matcher argument = Pattern.compile("\\((-?[0-9.]+)\\)").matcher(operation);
        float a = argument.find() ? Float.parseFloat(argument.group(1)) : Float.NaN;
        Picture picture = Pictures.formula(32);
        float[] view = size == 32 ? Pictures.floats(picture) : new float[3 * size * size];
        String name = operation.substring("float.".length()).replaceAll("\\(.*", "");
        switch (name) {
            case "brightness" -> jitter(view, size, a, 1, 1, 0);
            case "contrast" -> jitter(view, size, 1, a, 1, 0);
            case "saturation" -> jitter(view, size, 1, 1, a, 0);
            case "hue" -> jitter(view, size, 1, 1, 1, a);
            case "grayscale" -> colour(view, size, parameters(false, 1, 1, 1, 0, true));
            case "solarize" -> Colour.solarise(view, 0, view.length);
            case "gaussian_blur" -> {
                Matcher m = Pattern.compile("kernel=(\\d+),sigma=([0-9.]+)").matcher(operation);
                assertThat(m.find()).isTrue();
                if (size == 64) { // the reference enlarged the picture first, which its description leaves unsaid
                    resize(picture, new CropBox(0, 0, 32, 32), Filter.BILINEAR, false, view, size);
                }
                int radius = Integer.parseInt(m.group(1)) / 2;
                Blur.apply(view, 0, size, 3, radius, Double.parseDouble(m.group(2)), Padding.REFLECT);
            }
            case "hflip" -> resize(picture, new CropBox(0, 0, size, size), Filter.BILINEAR, true, view, size);
            case "resized_crop" -> {
                Filter filter = operation.contains("bicubic") ? Filter.BICUBIC : Filter.BILINEAR;
                resize(picture, new CropBox(3, 5, 20, 16), filter, false, view, size);
            }
            case "resize" -> resize(picture, new CropBox(0, 0, 32, 32), Filter.BILINEAR, false, view, size);
            default -> throw new IllegalArgumentException(operation);
        }
        return view;
    }

    private static double mean(float[] view, int channel, int plane) {
        double sum = 0;
        for (int i = 0; i < plane; i++) {
            sum += view[channel * plane + i];
        }
        return sum / plane;
    }

    /** The reference keeps values beyond [0, 1], which the resizer clips: their mean is taken from the taps alone. */
    private static double unclippedBicubicMean(int channel) {
        float[] picture = Pictures.floats(Pictures.formula(32));
        Taps down = Taps.of(Filter.BICUBIC, 20, 32);
        Taps across = Taps.of(Filter.BICUBIC, 16, 32);
        double sum = 0;
        for (int i = 0; i < 32 * down.count; i++) {
            int y = 3 + down.start[i / down.count] + i % down.count;
            for (int k = 0; k < 32 * across.count; k++) {
                int x = 5 + across.start[k / across.count] + k % across.count;
                sum += (double) down.weights[i] * across.weights[k] * picture[(channel * 32 + y) * 32 + x];
            }
        }
        return sum / (32 * 32);
    }

    private static void resize(Picture picture, CropBox box, Filter filter, boolean flip, float[] out, int size) {
        new Resizer(size, 3, filter).resize(picture, box, flip, out, 0);
    }

    private static void jitter(float[] view, int size, double b, double c, double s, double h) {
        colour(view, size, parameters(true, b, c, s, h, false));
    }

    private static void colour(float[] view, int size, ViewParameters p) {
        Colour.apply(p, ColourSemantics.TORCHVISION, Brightness.MULTIPLY, view, 0, size * size, 3);
    }

    private static ViewParameters parameters(boolean jitter, double b, double c, double s, double h, boolean grey) {
        CropBox box = new CropBox(0, 0, 1, 1);
        return new ViewParameters(
                box, false, jitter, 0, (float) b, (float) c, (float) s, (float) h, grey, 0, false, CropBox.NONE);
    }

    private static double number(Object list, int i) {
        return ((Number) ((List<?>) list).get(i)).doubleValue();
    }

    static Map<String, Object> golden() throws IOException {
        try (InputStream in = GoldenAugmentTest.class.getResourceAsStream("/golden/augment.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Json.object(Json.object(Json.parse(text), "golden").get("operations"), "operations");
        }
    }
}
