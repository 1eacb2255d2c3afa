// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Comparisons of small shell commands that stand for ours and a peer's. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "commands are lines for sh")
class CompareTest {
    @TempDir
    Path folder;

    private record Result(int code, String out, String err) {}

    private static Result compare(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Compare.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        return new Result(code, out.toString(), err.toString());
    }

    /** A command that says the next line of a file each time, and notes in a log that it ran. */
    private String counting(String name, String... figures) throws IOException {
        Path file = Files.write(folder.resolve(name), List.of(figures));
        String log = folder.resolve("log").toString();
        return "echo " + name + " >> '" + log + "'; n=$(grep -c " + name + " '" + log + "'); sed -n \"${n}p\" '" + file
                + "'";
    }

    @Test
    void commandsRunInTurnsAndRatiosArePaired() throws IOException {
        Result result = compare(
                "--pairs",
                "3",
                "--ours",
                counting("ours", "10", "30", "12"),
                "--theirs",
                counting("theirs", "5", "10", "8"));
        assertEquals(0, result.code(), result.err());
        assertEquals(
                List.of("ours", "theirs", "ours", "theirs", "ours", "theirs"),
                Files.readAllLines(folder.resolve("log")));
        List<String> lines = result.out().lines().toList();
        assertEquals("     1       10.000        5.000    2.000", lines.get(3));
        assertEquals("     2       30.000       10.000    3.000", lines.get(4));
        assertEquals("     3       12.000        8.000    1.500", lines.get(5));
        assertEquals("median       12.000        8.000    2.000", lines.get(6));
        assertEquals("ours is 2.00 times as fast (1.50 to 3.00 over 3 pairs)", lines.get(7));
    }

    @Test
    void discardedPairsDoNotCount() throws IOException {
        Result result = compare(
                "--pairs",
                "1",
                "--discard",
                "1",
                "--ours",
                counting("ours", "1", "4"),
                "--theirs",
                counting("theirs", "1", "2"));
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("ours is 2.00 times as fast"), result.out());
    }

    @Test
    void lowerFiguresCanBeBetter() {
        Result result = compare("--pairs", "1", "--lower", "--ours", "echo 2", "--theirs", "echo 6");
        assertTrue(result.out().contains("ours is 3.00 times as fast"), result.out());
        assertTrue(result.out().contains("over 1 pair)"), result.out());
    }

    @Test
    void wallTimeCountsTheWholeProcess() {
        Result result = compare("--pairs", "1", "--wall", "--ours", "true", "--theirs", "sleep 1");
        assertEquals(0, result.code(), result.err());
        String[] row = result.out().lines().toList().get(3).strip().split(" +");
        assertTrue(Double.parseDouble(row[2]) >= 1, result.out());
    }

    @Test
    void patternsCanDiffer() {
        Result result = compare(
                "--pairs",
                "1",
                "--pattern",
                "ours=([0-9]+)",
                "--their-pattern",
                "theirs=([0-9]+)",
                "--ours",
                "echo ours=8 x 1",
                "--theirs",
                "echo theirs=4 x 1 >&2");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("ours is 2.00 times as fast"), result.out());
    }

    @Test
    void failingPeerIsQuoted() {
        Result result = compare("--ours", "echo 1", "--theirs", "echo 'cannot open it' >&2; exit 7");
        assertEquals(1, result.code());
        assertTrue(result.err().startsWith("compare: theirs failed with exit code 7: echo"), result.err());
        assertTrue(result.err().contains("cannot open it"), result.err());
        assertFalse(result.err().contains("Exception"), result.err());
    }

    @Test
    void missingPeerIsNamed() {
        Result result = compare("--ours", "echo 1", "--theirs", "/no/such/llama-bench -m x");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("exit code 127: /no/such/llama-bench"), result.err());
    }

    @Test
    void outputWithoutFigureIsShown() {
        Result result = compare("--ours", "echo hello", "--theirs", "echo 1");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("ours shows no figure (the last number on stdout): echo hello"), result.err());
        assertTrue(result.err().contains("stdout ended with:\n  hello"), result.err());
    }

    @Test
    void endlessCommandIsStopped() {
        Result result = compare("--timeout", "1", "--ours", "sleep 30; echo 1", "--theirs", "echo 1");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("ours did not end within 1 s"), result.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ours a | --theirs is missing",
                "--theirs a | --ours is missing",
                "--ours a --theirs b --pairs 0 | --pairs must be at least 1",
                "--ours a --theirs b --wall --column c | give one of --column, --pattern and --wall",
                "--ours a --theirs b --pattern ( | is no regular expression",
                "--preset ollama | is no preset; choose one of [llama-bench, jinfer, llama3.java]",
                "--preset jinfer -m x | --peer is missing",
                "--preset jinfer --peer x | --model is missing",
                "--preset jinfer --peer x -m y --test pp | --test is ppN or tgN",
                "--preset jinfer --peer x -m y --ours z | drop --ours and --theirs",
                "--preset jinfer --peer x -m y --wall | --preset knows the figures",
                "--what | Unknown option"
            })
    void wrongOptionsGiveOneLine(String line, String expected) {
        Result result = compare(line.split(" "));
        assertEquals(2, result.code());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @Test
    void presetsRunBothOnTheSameFile() throws IOException {
        String myna = fake("myna", "avg_ns,avg_ts\n1,80\n");
        String llama = fake("llama-bench", "\"avg_ns\",\"avg_ts\"\n\"1\",\"40\"\n");
        Result result = compare(
                "--pairs",
                "1",
                "--preset",
                "llama-bench",
                "--peer",
                llama,
                "--myna",
                myna,
                "-m",
                "a model.gguf",
                "--test",
                "tg64",
                "-t",
                "2");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("ours is 2.00 times as fast"), result.out());
        assertEquals(
                List.of(
                        "myna bench -m a model.gguf -p 0 -n 64 -t 2 -r 1 -o csv",
                        "llama-bench -m a model.gguf -p 0 -n 64 -t 2 -r 1 -o csv"),
                Files.readAllLines(folder.resolve("log")));
    }

    @Test
    void presetsReadTheOutputOfJavaPeers() throws IOException {
        String myna = fake("myna", "avg_ts\n30\n");
        String jinfer = fake(
                "jinfer-bench",
                "| x.gguf |       2 | pp512  |     15.00 ± 0.10 |\n"
                        + "| x.gguf |       2 | tg1    |     99.00 ± 0.10 |\n");
        Result faster = compare("--pairs", "1", "--preset", "jinfer", "--peer", jinfer, "--myna", myna, "-m", "m");
        assertTrue(faster.out().contains("ours is 2.00 times as fast"), faster.out() + faster.err());
        String llama3 = fake("llama3", "prompt: 7.00 tokens/s (16) generation: 10.00 tokens/s (64)\n");
        Result generation = compare(
                "--pairs",
                "1",
                "--preset",
                "llama3.java",
                "--peer",
                llama3,
                "--myna",
                myna,
                "-m",
                "m",
                "--test",
                "tg64");
        assertTrue(generation.out().contains("ours is 3.00 times as fast"), generation.out() + generation.err());
        assertTrue(Files.readAllLines(folder.resolve("log"))
                .contains("myna bench -m m -p 0 -n 64 -t "
                        + Runtime.getRuntime().availableProcessors() + " -r 1 -o csv --no-warmup"));
    }

    /** A program that logs its arguments and says {@code text}. */
    private String fake(String name, String text) throws IOException {
        Path output = Files.writeString(folder.resolve(name + ".txt"), text);
        Path program = Files.writeString(
                folder.resolve(name),
                "#!/bin/sh\necho " + name + " \"$@\" >> '" + folder.resolve("log") + "'\ncat '" + output + "'\n");
        assertTrue(program.toFile().setExecutable(true));
        return "'" + program + "'";
    }
}
