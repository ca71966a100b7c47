package io.halflight.augment;

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

/** Every operation against the numbers of torchvision 0.28 on a picture given by a formula. */
class GoldenAugmentTest {
    private static final double TOLERANCE = 1e-4;

    /** Bicubic results above 1 or below 0 stay so in the reference and are clipped here, which moves the means. */
    private static final Set<String> CLIPPED_HERE =
            Set.of("float.resized_crop(top=3,left=5,height=20,width=16,to=32,bicubic,antialias)");

    @ParameterizedTest
    @MethodSource("operations")
    void agreesWithTorchvision(String operation) throws IOException {
        Map<String, Object> expected = Json.object(golden().get(operation), operation);
        int size = ((Number) ((List<?>) expected.get("shape")).get(0)).intValue();

        float[] actual = perform(operation, size);

        Map<String, Object> pixels = Json.object(expected.get("pixels"), "pixels");
        assertThat(pixels).isNotEmpty();
        pixels.forEach((place, values) -> {
            String[] yx = place.split(",");
            int at = Integer.parseInt(yx[0]) * size + Integer.parseInt(yx[1]);
            for (int c = 0; c < 3; c++) {
                assertThat((double) actual[c * size * size + at])
                        .as("pixel %s of channel %d", place, c)
                        .isCloseTo(number(values, c), within(TOLERANCE));
            }
        });
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int i = 0; i < size * size; i++) {
                sum += actual[c * size * size + i];
            }
            double tolerance = CLIPPED_HERE.contains(operation) ? TOLERANCE : TOLERANCE;
            assertThat(sum / (size * size))
                    .as("mean of channel %d", c)
                    .isCloseTo(number(expected.get("mean"), c), within(tolerance));
        }
    }

    static Set<String> operations() throws IOException {
        Set<String> names = golden().keySet();
        assertThat(names).hasSize(18);
        return names;
    }

    private static float[] perform(String operation, int size) {
        Matcher argument = Pattern.compile("\\((-?[0-9.]+)\\)").matcher(operation);
        float a = argument.find() ? Float.parseFloat(argument.group(1)) : Float.NaN;
        Picture picture = Pictures.formula(operation.contains("resize(to=16") ? 32 : size);
        float[] view = Pictures.floats(picture);
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
                box, false, jitter, 0, (float) b, (float) c, (float) s, (float) h, grey, 0, false);
    }

    private static double number(Object list, int i) {
        return ((Number) ((List<?>) list).get(i)).doubleValue();
    }

    private static Map<String, Object> golden() throws IOException {
        try (InputStream in = GoldenAugmentTest.class.getResourceAsStream("/golden/augment.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Json.object(Json.object(Json.parse(text), "golden").get("operations"), "operations");
        }
    }
}
