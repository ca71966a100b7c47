package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.app.report.Predictions.Prediction;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    @Test
    void quotedFieldsMayHoldCommasQuotesAndLineEnds() {
        List<Prediction> rows = Predictions.read(
                "picture,label,prediction,confidence,model\r\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",0.5,m\r\nshort,row\n");
        assertThat(rows).containsExactly(new Prediction("a,b", "say \"hi\"", "two\nlines", 0.5, "m"));
    }

    @Test
    void confidencesThatCannotBeReadAreUnknown() {
        assertThat(Predictions.read("h\np,a,b,many,m").get(0).confidence()).isNaN();
        assertThat(Predictions.read("")).isEmpty();
    }

    @Test
    void rightOnesAreTheFirstOfEachClass() {
        List<Prediction> rows = Predictions.read("h\n1,b,b,0.2\n2,a,c,0.9\n3,a,a,0.4\n4,b,b,0.8\n");
        assertThat(Predictions.right(rows, 10)).extracting(Prediction::picture).containsExactly("3", "1");
        assertThat(Predictions.right(rows, 1)).hasSize(1);
    }

    @Test
    void equallySureMistakesKeepTheirOrder() {
        List<Prediction> rows = Predictions.read("h\n1,a,b,0.5\n2,a,b,\n3,a,b,0.9\n4,a,b,0.5\n5,a,a,1\n");
        assertThat(Predictions.surestMistakes(rows, 10))
                .extracting(Prediction::picture)
                .containsExactly("3", "1", "4", "2");
    }

    @Test
    void theLeastSureComeFirstWhetherRightOrWrong() {
        List<Predictions.Prediction> read = Predictions.read("""
                picture,label,prediction,confidence
                a,x,x,0.9
                b,x,y,0.2
                c,y,y,0.4
                d,y,y,
                """);
        assertThat(Predictions.leastSure(read, 2))
                .extracting(Predictions.Prediction::picture)
                .containsExactly("b", "c");
    }
}
