// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {

    private static OptionalDouble of(Figure figure, String stdout, String stderr) {
        return figure.of(new Figure.Run(stdout, stderr, 1.5));
    }

    @ParameterizedTest
    @CsvSource({"a 1 b 2.5 c, 2.5", "speed: -3e2!, -300", "x.75, 0.75", "7., 7", "tg128 40.08 ± 0.5 t, 0.5"})
    void lastNumberIsRead(String stdout, double expected) {
        assertEquals(OptionalDouble.of(expected), of(new Figure.LastNumber(), stdout, "9"));
    }

    @Test
    void textWithoutNumbersHasNoFigure() {
        assertTrue(of(new Figure.LastNumber(), "nothing", "9").isEmpty());
    }

    @Test
    void lastMatchOnStdoutThenStderrIsRead() {
        Figure figure = new Figure.Match(Pattern.compile("prompt: ([0-9.]+) tokens/s"));
        assertEquals(OptionalDouble.of(3), of(figure, "prompt: 2 tokens/s\nprompt: 3 tokens/s", "prompt: 4 tokens/s"));
        assertEquals(OptionalDouble.of(4.25), of(figure, "an answer", "context: 9/9 prompt: 4.25 tokens/s (7)"));
        assertTrue(of(figure, "", "").isEmpty());
    }

    @Test
    void wholeMatchIsReadWithoutGroup() {
        assertEquals(OptionalDouble.of(12), of(new Figure.Match(Pattern.compile("[0-9]{2}")), "a 12 b", ""));
    }

    @Test
    void columnsAreFoundByTheirHeader() {
        String csv = """
                some words before
                build,avg_ns,"avg_ts"
                "a, ""b"" c","1","62.5"
                "c","2","63.5"
                """;
        assertEquals(OptionalDouble.of(63.5), of(new Figure.Column("avg_ts"), csv, ""));
        assertEquals(OptionalDouble.of(2), of(new Figure.Column("avg_ns"), csv, ""));
        assertTrue(of(new Figure.Column("median"), csv, "").isEmpty());
        assertTrue(of(new Figure.Column("avg_ts"), "avg_ts\n", "").isEmpty());
        assertTrue(of(new Figure.Column("avg_ts"), "avg_ts\n\"\"\n", "").isEmpty());
    }

    @Test
    void quotedCellsMayHoldCommasAndQuotes() {
        assertEquals(List.of("a, \"b\"", "", "c"), Figure.Column.cells("\"a, \"\"b\"\"\",,c"));
    }

    @Test
    void wallTimeIsInSeconds() {
        assertEquals(OptionalDouble.of(1.5), of(new Figure.Wall(), "9", "9"));
    }
}
