package io.halflight.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.app.Browser;
import io.halflight.app.FreshRun;
import io.halflight.bundle.Classifier;
import java.awt.image.BufferedImage;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that a server shows, in a real browser. */
class PageTest {
    private static final String TOKEN = "a-token-of-some-length";

    @TempDir
    private Path folder;

    @Test
    void picturesAreAnsweredOnThePage() throws Exception {
        Path picture = folder.resolve("<b>crab.png");
        ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        Path text = Files.writeString(folder.resolve("notes.png"), "no picture");
        try (Browser browser = new Browser();
                Classifier model = Classifier.load(
                        FreshRun.in(folder, List.of("crab", "gull", "seal")).resolve("model"));
                Server server = Server.start(
                        model,
                        new InetSocketAddress("127.0.0.1", 0),
                        new ServerLimits(16, 50, 64, 64, 2),
                        new Access(List.of(), TOKEN),
                        "1",
                        fault -> {})) {
            String address = "http://localhost:" + server.port() + "/";
            String label = model.predict(picture).label();
            for (int width : new int[] {400, 1600}) {
                browser.open(address, width, width == 400);
                browser.await("!document.getElementById('locked').hidden"); // the token is asked for
                browser.choose("#files", picture, text);
                browser.await("document.getElementById('message').className === 'wrong'");
                browser.evaluate( // as whoever pastes the token does
                        "document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: new DataTransfer()}))");
                browser.evaluate("document.getElementById('token').value = '" + TOKEN + "'");
                browser.evaluate("document.querySelector('#locked button').click()");
                browser.await("document.getElementById('model').textContent.includes('3 classes')");

                browser.await("document.querySelectorAll('#results li').length === 2");
                assertThat(browser.evaluate("document.querySelector('#results li:last-child h2').textContent"))
                        .isEqualTo(label);
                assertThat(browser.evaluate("document.querySelector('#results li:last-child .name').textContent"))
                        .isEqualTo("<b>crab.png");
                assertThat(browser.evaluate("document.querySelectorAll('#results li:last-child .score').length"))
                        .isEqualTo(3L);
                assertThat((String) browser.evaluate("document.querySelector('#results li:first-child').textContent"))
                        .contains("notes.png");
                assertThat((long) browser.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .isZero(); // nothing reaches beyond the window
                assertThat(browser.requests())
                        .allMatch(url -> url.startsWith(address)
                                || url.startsWith("blob:" + address)
                                || url.startsWith("data:"));
                assertThat(browser.problems())
                        .allMatch(problem -> problem.contains("401") || problem.contains("422")); // as asked for
                String shots = System.getProperty("halflight.screenshots");
                if (shots != null) {
                    Files.write(
                            Path.of(shots, "serve-" + width + ".png"),
                            Base64.getDecoder().decode(browser.screenshot()));
                }
            }
        }
    }
}
