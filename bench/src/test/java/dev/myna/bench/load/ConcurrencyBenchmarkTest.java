// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ConcurrencyBenchmarkTest {
    @Test
    void printsOneLineForEachNumberOfStreams() {
        StringWriter printed = new StringWriter();
        CommandLine command = ConcurrencyBenchmark.commandLine().setOut(new PrintWriter(printed));
        int code = command.execute(
                ("-m ../models-manifest/nano/nano.gguf --parallel 1,5 -p 12 -n 6 -r 1 -t 2 --warm-up 0").split(" "));
        assertEquals(0, code);
        List<String> lines = printed.toString().lines().toList();
        assertEquals(5, lines.size(), printed.toString());
        assertTrue(lines.get(0).startsWith("Myna nano"), lines.get(0));
        for (int i = 0; i < 2; i++) {
            String[] cells = lines.get(3 + i).split(" *\\| *");
            assertEquals(List.of("1", "5").get(i), cells[1]);
            for (int cell = 2; cell < cells.length; cell++) {
                assertTrue(Double.parseDouble(cells[cell]) > 0, lines.get(3 + i));
            }
        }
        assertTrue(rowsPerPass(lines.get(4)) > 1.3 * rowsPerPass(lines.get(3)), "streams share passes: " + printed);
    }

    private static double rowsPerPass(String line) {
        return Double.parseDouble(line.split(" *\\| *")[6]);
    }
}
