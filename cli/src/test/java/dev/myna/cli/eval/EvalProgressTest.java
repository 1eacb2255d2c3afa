// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.run.RunProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EvalProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long nanos;

    private EvalProgress progress(boolean terminal) {
        return new EvalProgress(new PrintStream(err, true, StandardCharsets.UTF_8), terminal, () -> nanos);
    }

    private void answer(EvalProgress progress, String language, int done, int reused, long left) {
        nanos += 500_000_000;
        progress.answered(new RunProgress(
                "mmmb",
                language,
                done,
                reused,
                left < 0 ? OptionalLong.empty() : OptionalLong.of(40),
                left < 0 ? OptionalLong.empty() : OptionalLong.of(left),
                () -> 50 + done));
    }

    private String text() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void linesComeFromTimeToTimeWhereNobodyWatches() {
        EvalProgress progress = progress(false);
        for (int i = 1; i <= 40; i++) {
            answer(progress, "hi", i, 0, 80 - i);
        }
        for (int i = 1; i <= 40; i++) {
            answer(progress, "ur", i, 0, 40 - i);
        }
        progress.close();
        assertEquals("""
                myna: mmmb hi: 21 of 40 questions, 2.1/s, score 71.0 so far, 30 s left
                myna: mmmb hi: 40 questions, 2.0/s, score 90.0
                myna: mmmb ur: 21 of 40 questions, 2.1/s, score 71.0 so far, 10 s left
                myna: mmmb ur: 40 questions, 2.1/s, score 90.0
                """, text());
    }

    @Test
    void aTerminalHasOneLineThatChanges() {
        EvalProgress progress = progress(true);
        for (int i = 1; i <= 3; i++) {
            answer(progress, "hi", i, 0, 40 - i);
        }
        progress.close();
        assertTrue(text().startsWith("\r\u001B[Kmmmb hi: 2 of 40 questions, 4.0/s, score 52.0 so far, "), text());
        assertTrue(text().endsWith("\r\u001B[Kmyna: mmmb hi: 3 questions, 3.0/s, score 53.0\n"), text());
    }

    @Test
    void whatTheJournalHasDoesNotCountForTheRate() {
        EvalProgress progress = progress(true);
        answer(progress, "hi", 20, 20, 20);
        answer(progress, "hi", 21, 20, 19);
        answer(progress, "hi", 22, 20, 18);
        progress.close();
        assertTrue(
                text().contains("22 of 40 questions, 2.0/s, 20 from the journal, score 72.0 so far, 9 s left"), text());
    }

    @Test
    void unknownTotalsAndNoAnswersAreNoTrouble() {
        progress(true).close();
        assertEquals("", text());
        EvalProgress progress = progress(true);
        answer(progress, "<\u001B>", 1, 0, -1);
        progress.close();
        assertTrue(!text().contains("\u001B>"), text());
        assertTrue(text().contains("1 questions, score 51.0"), text());
    }
}
