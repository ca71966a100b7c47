package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @Test
    void quotedFieldsMayHoldCommasQuotesAndLineBreaks() {
        List<Csv.Row> rows = Csv.parse("a,\"b,c\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",x\nlast", "t.csv");
        assertThat(rows)
                .containsExactly(
                        new Csv.Row(1, List.of("a", "b,c", "say \"hi\"")),
                        new Csv.Row(2, List.of("two\nlines", "x")),
                        new Csv.Row(4, List.of("last")));
    }

    @Test
    void blankLinesAndTheByteOrderMarkAreSkippedButCounted() {
        List<Csv.Row> rows = Csv.parse("\uFEFFa,b\n\n   \nc,\n", "t.csv");
        assertThat(rows).containsExactly(new Csv.Row(1, List.of("a", "b")), new Csv.Row(4, List.of("c", "")));
    }

    @Test
    void carriageReturnsAloneEndLines() {
        assertThat(Csv.parse("a\rb", "t.csv")).extracting(Csv.Row::line).containsExactly(1, 2);
    }

    @Test
    void anOpenQuoteIsReportedWhereItBegan() {
        assertThatThrownBy(() -> Csv.parse("a,b\nc,\"d\ne\nf", "t.csv"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("t.csv:2");
    }

    @Test
    void textAfterAClosingQuoteIsRefused() {
        assertThatThrownBy(() -> Csv.parse("\"a\"b,c", "t.csv")).hasMessageContaining("t.csv:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a,b", "say \"hi\"", "two\nlines", " edge ", ""})
    void quotingIsUndoneByParsing(String field) {
        List<Csv.Row> rows = Csv.parse("x," + Csv.quoted(field), "t.csv");
        assertThat(rows.get(0).fields()).containsExactly("x", field);
    }

    @Test
    void headerColumnsAreFoundByNameInAnyOrder(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("t.csv"), "part, Label ,extra,PATH\ntest,cat,9,a.jpg\n");
        Csv.Table table = Csv.table(file);
        assertThat(table.rows()).hasSize(1);
        Csv.Row row = table.rows().get(0);
        assertThat(List.of(row.at(table.path()), row.at(table.label()), row.at(table.part())))
                .containsExactly("a.jpg", "cat", "test");
    }

    @Test
    void textOfAnotherEncodingIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("t.csv"), new byte[] {'a', (byte) 0xE4, '\n'});
        assertThatThrownBy(() -> Csv.table(file)).hasMessageContaining("UTF-8");
    }
}
