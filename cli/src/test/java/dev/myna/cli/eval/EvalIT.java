// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations in processes of their own. */
class EvalIT {
    private static final String HELD_OUT = "../models-manifest/nano/heldout";
    private static final int QUESTIONS = Thorough.Times.of(40, 100);
    private static final long LIMIT_SECONDS = 600;
    private static final Pattern TIMING = Pattern.compile("(?s)\"timing\": \\{.*?\\},\n");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([0-9a-f]{64})\"");

    @TempDir
    Path folder;

    private static Jar eval(Path out, int parallel) {
        return Jar.started(
                "eval",
                "nano",
                "--data",
                HELD_OUT,
                "--lang",
                "en,ur",
                "--limit",
                Integer.toString(QUESTIONS / 2),
                "--parallel",
                Integer.toString(parallel),
                "-o",
                out.toString(),
                "-c",
                "512");
    }

    /**
     * Killed at random points, with no chance to clean up: while it starts, in the middle of answers, while it writes. The run that is
     * left alone ends with the files of a run that was never killed, on one stream and on many, and asks nothing twice. {@code
     * -Dmyna.kills=200 -Dmyna.seed=N} makes it long.
     */
    @Thorough
    @Test
    void killedAtAnyPointItEndsWithTheSameFiles() throws Exception {
        int kills = Integer.getInteger("myna.kills", Thorough.Times.of(1, 20));
        long seed = Long.getLong("myna.seed", 29);
        System.out.println("killing " + kills + " times, seed " + seed);
        Random random = new Random(seed);
        Path whole = folder.resolve("whole");
        long start = System.nanoTime();
        Captured reference = eval(whole, 4).run();
        long nanos = System.nanoTime() - start;
        assertEquals(ExitCode.OK, reference.code(), reference.err());

        Path out = folder.resolve("out");
        Path journal = out.resolve("journal.jsonl");
        int killed = 0;
        int withAnswers = 0;
        for (int attempt = 0; killed < kills; attempt++) {
            assertTrue(attempt < 4 * kills, "only " + killed + " of " + attempt + " runs were killed before their end");
            long before = lines(journal);
            Process process = eval(out, random.nextBoolean() ? 1 : 4).start();
            boolean ended;
            if (attempt % 3 == 2) {
                ended = process.waitFor((long) (nanos * random.nextDouble()), TimeUnit.NANOSECONDS);
            } else {
                ended = awaitAnswers(process, journal, before + 1 + random.nextInt(5));
                ended |= process.waitFor(random.nextInt(30), TimeUnit.MILLISECONDS);
            }
            process.destroyForcibly().waitFor();
            if (ended) {
                assertEquals(ExitCode.OK, process.exitValue(), () -> Jar.text(process.getErrorStream()));
                assertSame(whole, out);
                delete(out);
            } else {
                killed++;
                System.out.println("kill " + killed + ": " + before + " answers before, " + lines(journal) + " now");
                withAnswers += lines(journal) > before ? 1 : 0;
            }
        }
        assertTrue(withAnswers > 0, "no kill came after an answer");
        long known = lines(journal);
        Captured rest = eval(out, 1).run();
        assertEquals(ExitCode.OK, rest.code(), rest.err());
        assertEquals(reference.out(), rest.out());
        assertTrue(known == 0 || rest.err().contains(" from the journal"), rest.err());
        assertSame(whole, out);
    }

    /** Waits until the journal has so many lines; whether the process ended first. */
    private static boolean awaitAnswers(Process process, Path journal, long lines) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (lines(journal) < lines) {
            if (process.waitFor(2, TimeUnit.MILLISECONDS)) {
                return true;
            }
            assertTrue(System.nanoTime() < end, "no answer in " + LIMIT_SECONDS + " s");
        }
        return false;
    }

    private static long lines(Path journal) throws IOException {
        if (!Files.exists(journal)) {
            return 0;
        }
        long lines = 0;
        for (byte each : Files.readAllBytes(journal)) {
            lines += each == '\n' ? 1 : 0;
        }
        return lines;
    }

    private static void assertSame(Path whole, Path out) throws IOException {
        for (String file : List.of("predictions.jsonl", "nano.csv", "plot.svg")) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(out.resolve(file)), file);
        }
        assertEquals(withoutTiming(whole), withoutTiming(out));
        assertEquals(keys(whole), keys(out));
        assertEquals(QUESTIONS, lines(out.resolve("journal.jsonl")), "each question is asked once");
        assertTrue(Files.readString(out.resolve("report.html"), StandardCharsets.UTF_8)
                .endsWith("</html>\n"));
    }

    private static String withoutTiming(Path out) throws IOException {
        Matcher timing = TIMING.matcher(Files.readString(out.resolve("results.json")));
        assertTrue(timing.find());
        return timing.replaceFirst("");
    }

    private static Set<String> keys(Path out) throws IOException {
        Set<String> keys = new HashSet<>();
        Matcher key = KEY.matcher(Files.readString(out.resolve("journal.jsonl")));
        while (key.find()) {
            keys.add(key.group(1));
        }
        assertEquals(QUESTIONS, keys.size());
        return keys;
    }

    private static void delete(Path out) throws IOException {
        try (Stream<Path> walk = Files.walk(out)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
