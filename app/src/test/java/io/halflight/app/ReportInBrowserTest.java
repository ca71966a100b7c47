package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a real run in a real browser. */
class ReportInBrowserTest {
    @TempDir
    private Path folder;

    @Test
    void itIsReadableAtAnyWidthAndAsksForNothing() throws Exception {
        Path run = folder.resolve("run");
        Captured said = Captured.of(
                "run",
                "simclr+fixmatch",
                "--data=shapes:60,40",
                "--labels=2",
                "--out=" + run,
                "--set=data.size=16",
                "--set=threads=1",
                "--set=stages.*.backbone.width=0.125",
                "--set=stages.*.epochs=1",
                "--set=stages.*.batch=8",
                "--set=stages.*.pictures_per_epoch=16");
        assertThat(said.code()).as(said.err()).isZero();
        try (Browser browser = new Browser()) {
            for (boolean dark : new boolean[] {false, true}) {
                String paper = null;
                for (int width : new int[] {400, 1600}) {
                    String page = run.resolve("report.html").toUri().toString();
                    browser.open(page, width, dark);

                    assertThat(browser.problems()).isEmpty();
                    assertThat(browser.requests())
                            .allMatch(url -> url.equals(page) || url.startsWith("data:image/png;base64,"));
                    assertThat((long) browser.evaluate(
                                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                            .isZero(); // nothing reaches beyond the window
                    assertThat((long) browser.evaluate("[...document.images].filter(i => !i.naturalWidth).length"))
                            .isZero();
                    assertThat((long) browser.evaluate("document.images.length"))
                            .isGreaterThan(20);
                    paper = (String) browser.evaluate("getComputedStyle(document.body).backgroundColor");
                    cellsShowTheirPictures(browser);
                    mapsHoldTheirNames(browser);
                }
                assertThat(paper).isEqualTo(dark ? "rgb(21, 23, 26)" : "rgb(253, 253, 251)");
            }
        }
    }

    private static void cellsShowTheirPictures(Browser browser) throws Exception {
        String shown = "[...document.querySelectorAll('.behind')].filter(b => b.offsetHeight > 0).length";
        assertThat(browser.evaluate(shown)).isEqualTo(0L);
        browser.evaluate("document.querySelector('.heat a').click()");
        browser.await(shown + " === 1");
        assertThat((long) browser.evaluate("document.querySelectorAll('.behind:target img').length"))
                .isPositive();
        browser.evaluate("document.querySelector('.behind:target > a').click()");
        browser.await(shown + " === 0");
    }

    /** Names may cover dots, but not each other. */
    private static void mapsHoldTheirNames(Browser browser) throws Exception {
        assertThat(browser.evaluate("document.querySelectorAll('.map').length")).isEqualTo(2L);
        assertThat((long) browser.evaluate("document.querySelectorAll('.map circle title').length"))
                .isGreaterThan(16);
        assertThat(browser.evaluate("""
                        [...document.querySelectorAll('.map')].map(map => {
                          const names = [...map.querySelectorAll('text')].map(t => t.getBoundingClientRect());
                          return names.filter((a, i) => names.some((b, j) => j > i
                            && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)).length;
                        }).reduce((a, b) => a + b)""")).isEqualTo(0L);
    }
}
