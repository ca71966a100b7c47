package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
    private static final String TYPE = "multipart/form-data; boundary=XyZ";

    private static byte[] body(String text) {
        return text.replace("\n", "\r\n").getBytes(ISO_8859_1);
    }

    @Test
    void filesComeWithTheirNamesAndBytesWhateverIsInThem() {
        String binary = "\u0000\r\n--Xy\r\n\r\n--\u00ff";
        byte[] whole = (new String(
                                body(
                                        "preamble\n--XyZ\nContent-Disposition: form-data; name=\"a\"; filename=\"one.jpg\"\n\n"),
                                ISO_8859_1)
                        + binary
                        + new String(
                                body(
                                        "\n--XyZ\ncontent-disposition: form-data; name=b; filename=two.png\nContent-Type: image/png\n\n\n--XyZ--\nepilogue"),
                                ISO_8859_1))
                .getBytes(ISO_8859_1);

        List<Upload> files = Multipart.files(TYPE, whole);

        assertThat(files).extracting(Upload::name).containsExactly("one.jpg", "two.png");
        assertThat(files.get(0).content()).isEqualTo(binary.getBytes(ISO_8859_1));
        assertThat(files.get(1).content()).isEmpty();
    }

    @Test
    void fieldsThatAreNoFilesArePassedOver() {
        byte[] whole = body("--XyZ\nContent-Disposition: form-data; name=\"top\"\n\n3\n--XyZ\n"
                + "Content-Disposition: form-data; name=\"p\"\nContent-Type: image/jpeg\n\nabc\n--XyZ--\n");

        assertThat(Multipart.files(TYPE, whole)).singleElement().satisfies(file -> {
            assertThat(file.name()).isEmpty();
            assertThat(file.content()).asString().isEqualTo("abc");
        });
    }

    @Test
    void pathsAreCutFromNames() {
        byte[] whole =
                body("--a b\nContent-Disposition: form-data; filename=\"C:\\\\pics\\\\x \\\"y\\\".jpg\"\n\n1\n--a b--");

        assertThat(Multipart.files("multipart/form-data; charset=utf-8; boundary=\"a b\"", whole))
                .singleElement()
                .extracting(Upload::name)
                .isEqualTo("x \"y\".jpg");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\\\\a", "\\\\\\\\"})
    void longNamesTakeNoStack(String piece) {
        String name = piece.repeat(8000 / piece.length());
        byte[] whole = body("--XyZ\nContent-Disposition: form-data; filename=\"" + name + "\"\n\n1\n--XyZ--");

        assertThat(Multipart.files(TYPE, whole)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--XyZ",
                "--XyZ\n",
                "--XyZ-",
                "--XyZ\nContent-Disposition: form-data; filename=a\n\nabc",
                "--XyZ\nContent-Disposition: form-data; filename=a\n\nabc\n--XyZ",
                "--XyZ\nno end of headers\n--XyZ--",
                "--XyZ and more\n\nabc\n--XyZ--"
            })
    void whatIsCutShortIsRefused(String text) {
        assertThatThrownBy(() -> Multipart.files(TYPE, body(text)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""})
    void aTypeWithoutBoundaryIsRefused(String type) {
        assertThatThrownBy(() -> Multipart.files(type, body("--XyZ--")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("boundary");
    }

    @Test
    void noBytesCauseAnythingButRefusals() {
        byte[] whole = body("--XyZ\nContent-Disposition: form-data; filename=a\n\nabc\n--XyZ\n\n\n--XyZ--\n");
        for (long seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int i = random.nextInt(4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) "\r\n-XyZ:;\"".charAt(random.nextInt(9));
            }
            try {
                assertThat(Multipart.files(TYPE, damaged)).hasSizeLessThanOrEqualTo(2);
            } catch (Refusal expected) {
                assertThat(expected.status()).as("seed %d", seed).isEqualTo(400);
            }
        }
    }
}
