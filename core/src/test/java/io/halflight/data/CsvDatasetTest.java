package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvDatasetTest {
    @TempDir
    Path folder;

    @BeforeEach
    void pictures() throws Exception {
        for (String name : new String[] {"a.jpg", "b.jpg", "sub/c, d.jpg"}) {
            TestPictures.photograph(folder.resolve(name), 20, 10, 1);
        }
    }

    private Dataset open(String text) throws Exception {
        Files.writeString(folder.resolve("list.csv"), text);
        return Datasets.open("csv:" + folder.resolve("list.csv"), new Datasets.Options(32));
    }

    @Test
    void rowsKeepTheirOrderAndMayLackALabel() throws Exception {
        Dataset data = open("path,label\nb.jpg,zebra\n\"sub/c, d.jpg\",\na.jpg,ant\n");
        assertThat(data.classes()).containsExactly("ant", "zebra");
        assertThat(data.id(1)).isEqualTo("sub/c, d.jpg");
        assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(1, -1, 0);
        assertThat(data.picture(1).width()).isEqualTo(20);
    }

    @Test
    void theHeaderMayBeMissing() throws Exception {
        Dataset data = open("a.jpg,x\nb.jpg,y,test\n");
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.part(0)).isEqualTo(Dataset.Part.TRAIN);
        assertThat(data.part(1)).isEqualTo(Dataset.Part.TEST);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "path,label\\na.jpg,x\\nnone.jpg,y|list.csv:3: there is no picture file 'none.jpg'",
                "a.jpg,x\\n,y|list.csv:2",
                "a.jpg,x\\nb.jpg,x\\na.jpg,y|list.csv:3: 'a.jpg' stands in line 1 already",
                "a.jpg,x,validation|list.csv:1: the part is 'validation'",
                "path,label|lists no pictures"
            })
    void mistakesAreReportedWithTheirLine(String text, String message) {
        assertThatThrownBy(() -> open(text.replace("\\n", "\n")))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aMissingListIsAUsageError() {
        assertThatThrownBy(() -> Datasets.open("csv:" + folder.resolve("none.csv"), new Datasets.Options(32)))
                .hasMessageContaining("there is no file");
    }
}
