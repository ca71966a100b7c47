package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LineChartTest {
    private static String draw(LineChart.Series... lines) {
        LineChart chart = new LineChart(Scale.exact(0, 10), "min", Scale.exact(0, 1), Figures::wholePercent, 200);
        Arrays.stream(lines).forEach(chart::add);
        Markup m = new Markup();
        chart.write(m, "name", "description");
        return m.page();
    }

    @Test
    void pointsLandWhereTheScalesPutThem() {
        assertThat(draw(new LineChart.Series("", new double[] {0, 5, 10}, new double[] {0, 0.5, 1}, "")))
                .contains("d=\"M0.0 1000.0L500.0 500.0L1000.0 0.0\"");
    }

    @Test
    void aValueThatIsNotANumberInterruptsTheLine() {
        assertThat(draw(new LineChart.Series("", new double[] {0, 5, 8, 10}, new double[] {0, Double.NaN, 1, 1}, "")))
                .contains("d=\"M0.0 1000.0M800.0 0.0L1000.0 0.0\"");
    }

    @Test
    void labelsOfLinesThatEndTogetherAreKeptApart() {
        double[] x = {0, 10};
        String chart = draw(
                new LineChart.Series("first 50 %", x, new double[] {0.2, 0.50}, ""),
                new LineChart.Series("second 50 %", x, new double[] {0.3, 0.50}, ""),
                new LineChart.Series("third 51 %", x, new double[] {0.4, 0.51}, ""));
        double[] down = Pattern.compile("dy=\"([-\\d.]+)\" *>(?:first|second|third)")
                .matcher(chart)
                .results()
                .map(MatchResult::group)
                .mapToDouble(text -> Double.parseDouble(text.replaceAll("dy=\"|\".*", "")))
                .sorted()
                .toArray();
        assertThat(down).hasSize(3);
        assertThat(down[1] - down[0]).isGreaterThanOrEqualTo(15);
        assertThat(down[2] - down[1]).isGreaterThanOrEqualTo(15);
    }

    @Test
    void aLabelLeavesThePointItNamesFree() {
        String chart = draw(new LineChart.Series("k-NN 25 %", new double[] {5}, new double[] {0.25}, ""));
        MatchResult label = Pattern.compile("dy=\"([-\\d.]+)\" *>k-NN")
                .matcher(chart)
                .results()
                .findFirst()
                .orElseThrow();
        assertThat(Math.abs(Double.parseDouble(label.group(1)) - 4 - 150)).isGreaterThanOrEqualTo(9);
    }

    @Test
    void longLinesAreThinnedToMeans() {
        double[] x = new double[10_000];
        double[] y = new double[10_000];
        Arrays.setAll(x, i -> i);
        Arrays.setAll(y, i -> i % 2);
        LineChart.Series thin = new LineChart.Series("", x, y, "").thinned(100);
        assertThat(thin.x()).hasSize(100);
        assertThat(thin.x()[0]).isEqualTo(49.5);
        assertThat(thin.y()).containsOnly(0.5);
    }

    @Test
    void aLineOfOnePointIsADot() {
        assertThat(draw(new LineChart.Series("", new double[] {5}, new double[] {0.25}, "")))
                .contains("cx=\"50.00%\" cy=\"75.00%\"");
    }

    @Test
    void aWhiskerStandsOnItsPointAndEndsAtTheEdge() {
        LineChart chart =
                new LineChart(Scale.logarithmic(1, 100), "per class", Scale.exact(0, 1), Figures::wholePercent, 200);
        chart.whisker(10, 0.75, 1.2, "accent");
        Markup m = new Markup();
        chart.write(m, "name", "description");
        assertThat(m.page())
                .contains("class=\"whisker accent\" x1=\"50.00%\" y1=\"25.00%\" x2=\"50.00%\" y2=\"0.00%\"");
    }

    @Test
    void nothingButGapsDrawsNothing() {
        assertThat(draw(new LineChart.Series("lost", new double[] {1, 2}, new double[] {Double.NaN, Double.NaN}, "")))
                .doesNotContain("lost", "NaN");
    }
}
