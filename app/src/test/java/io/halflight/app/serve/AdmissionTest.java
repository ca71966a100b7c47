package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final ServerLimits LIMITS = new ServerLimits(1, 1, 3, 2, 2);

    /** A megabyte in all: sixteen blocks of 64 KB, of which every one that comes takes two. */
    private final Admission admission = new Admission(LIMITS, 1 << 20);

    private int size(int bytes, String type, String announced) throws IOException {
        InputStream in = new ByteArrayInputStream(new byte[bytes]);
        return admission
                .during(announced, type, in, body -> new Reply(body.length, "", body, java.util.Map.of()))
                .status();
    }

    private void assertRefused(int status, int bytes, String type, String announced) {
        assertThatThrownBy(() -> size(bytes, type, announced))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @Test
    void whatFitsIsReadWhole() throws IOException {
        assertThat(size(8 << 16, "image/png", null)).isEqualTo(8 << 16);
        assertThat(size(100, "image/png", "100")).isEqualTo(100);
        assertThat(size(0, null, "0")).isZero();
    }

    @Test
    void whatDoesNotIsTurnedAwayAndLeavesItsRoomToOthers() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertRefused(429, (8 << 16) + 1, "image/png", null);
            assertRefused(429, 3 << 16, "application/json", null); // 3 x (2 + 5) blocks
            assertThat(size(2 << 16, "application/json; charset=utf-8", null)).isEqualTo(2 << 16);
        }
    }

    @Test
    void theLimitOfARequestHoldsWhateverItAnnounces() {
        Admission roomy = new Admission(LIMITS, 1 << 26);
        for (String announced : new String[] {null, "7"}) {
            InputStream in = new ByteArrayInputStream(new byte[(1 << 20) + 1]);
            assertThatThrownBy(() -> roomy.during(announced, null, in, body -> Reply.json(200, "")))
                    .hasMessageContaining("1 MB");
        }
        assertRefused(413, 0, null, "1048577");
        assertRefused(400, 0, null, "many");
    }

    @Test
    void aClientThatHasSentNothingTakesAPlaceAndNoMemory() throws IOException {
        String[] inside = {""};
        InputStream slow = new InputStream() {
            @Override
            public int read() throws IOException {
                if (inside[0].isEmpty()) {
                    inside[0] = "" + size(8 << 16, "image/png", null); // all of the memory, while this one waits
                }
                return -1;
            }
        };
        admission.during("1000000", null, slow, body -> Reply.json(200, ""));
        assertThat(inside[0]).isEqualTo("" + (8 << 16));
    }

    @Test
    void whenAllPlacesAreTakenNobodyIsLetIn() throws IOException {
        int[] status = {0};
        admission.during(null, null, new ByteArrayInputStream("a".getBytes(UTF_8)), first -> nested(status));
        assertThat(status[0]).isEqualTo(429);
        assertThat(size(1, null, null)).isEqualTo(1);
    }

    private Reply nested(int[] status) {
        try {
            return admission.during(null, null, new ByteArrayInputStream(new byte[1]), second -> {
                try {
                    size(1, null, null);
                } catch (Refusal refusal) {
                    status[0] = refusal.status();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                return Reply.json(200, "");
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
