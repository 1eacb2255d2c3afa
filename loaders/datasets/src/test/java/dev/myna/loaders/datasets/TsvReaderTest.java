// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsvReaderTest {
    private static final byte[] IMAGE = new byte[60];
    private static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);

    @TempDir
    Path folder;

    private final List<RowProblem> problems = new ArrayList<>();

    private List<DataRow> read(String text, NaMode na) throws IOException {
        Path file = Files.write(folder.resolve("a.tsv"), text.getBytes(StandardCharsets.UTF_8));
        List<DataRow> rows = new ArrayList<>();
        try (TsvReader reader = TsvReader.open(file, na)) {
            for (var row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get());
            }
            problems.addAll(reader.problems().first());
        }
        return rows;
    }

    @Test
    void quotesHoldTabsAndLineEnds() throws IOException {
        List<DataRow> rows = read("a\tb\n\"x\ty\r\nz\"\t\"say \"\"hi\"\"\"\n\n5\" screen\tb\n", NaMode.LITERAL);
        assertEquals("x\ty\r\nz", rows.get(0).get("a"));
        assertEquals("say \"hi\"", rows.get(0).get("b"));
        assertEquals("5\" screen", rows.get(1).get("a"));
        assertEquals(5, rows.get(1).line());
    }

    @Test
    void absentTextsDependOnTheMode() throws IOException {
        String text = "a\tb\nNone\tx\n\"NA\"\t NA\n";
        List<DataRow> pandas = read(text, NaMode.PANDAS);
        assertNull(pandas.get(0).get("a"));
        assertNull(pandas.get(1).get("a"));
        assertEquals(" NA", pandas.get(1).get("b"));
        assertEquals("None", read(text, NaMode.LITERAL).get(0).get("a"));
    }

    @Test
    void columnsOfNumbersBecomeNumbers() throws IOException {
        List<DataRow> rows = read("a\tb\tc\td\n007\t3\tx\tTrue\n8\t1e3\t2\tfalse\n9\t\t3\ttrue\n", NaMode.PANDAS);
        assertEquals("7", rows.get(0).text("a"));
        assertEquals("3.0", rows.get(0).text("b"));
        assertEquals("1000.0", rows.get(1).text("b"));
        assertEquals("2", rows.get(1).text("c"));
        assertEquals("False", rows.get(1).text("d"));
    }

    @Test
    void imagesOfOtherRowsAreUsed() throws IOException {
        List<DataRow> rows = read("index\timage\n2\t1\n1\t" + BASE64 + "\n3\t2\n4\t9\n", NaMode.PANDAS);
        assertEquals(3, rows.size());
        rows.forEach(row -> assertArrayEquals(IMAGE, (byte[]) row.get("image")));
        assertEquals(
                "a.tsv: line 5, column image: no row with the index \"9\" has an image",
                problems.getFirst().toString());
    }

    @Test
    void malformedRowsAreCountedAndNamed() throws IOException {
        List<DataRow> rows = read("index\tq\n1\tx\ty\n2\tz\n3\t\"open\nmore\n", NaMode.PANDAS);
        assertEquals(1, rows.size());
        assertEquals(
                List.of(
                        "a.tsv: line 2, column 3: the row has 3 cells, the header 2",
                        "a.tsv: line 4, column q: the file ends within a quoted cell"),
                problems.stream().map(RowProblem::toString).toList());
    }

    @Test
    void aFileWithoutHeaderIsRefused() {
        assertThrows(DatasetException.class, () -> read("", NaMode.PANDAS));
        assertThrows(DatasetException.class, () -> read("a\ta\n", NaMode.PANDAS));
        assertThrows(DatasetException.class, () -> TsvReader.open(folder.resolve("none.tsv"), NaMode.PANDAS));
    }
}
