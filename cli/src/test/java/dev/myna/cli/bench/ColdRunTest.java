// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.launch.Relauncher;
import dev.myna.engine.error.GenerationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColdRunTest {

    @Test
    void stagesAreReadFromTheTimings() {
        ColdRun run = ColdRun.parse(5, """
                WARNING: Using incubator modules: jdk.incubator.vector
                [load 0.15 s, image 0.91 s, prompt 74 tokens in 0.35 s (211.4/s), answer 1 token in 0.00 s]
                [2 threads, peak memory 125.0 MiB, stopped at the token limit]
                """);
        assertEquals(5, run.firstTokenNanos());
        assertEquals(150, run.loadMillis(), 1e-9);
        assertEquals(910, run.imageMillis(), 1e-9);
        assertEquals(350, run.promptMillis(), 1e-9);
    }

    @Test
    void withoutAImageItTookNoTime() {
        ColdRun run = ColdRun.parse(5, "[load 1.00 s, prompt 1 token in 0.10 s (10.0/s), answer 1 token in 0.00 s]");
        assertEquals(0, run.imageMillis());
        assertEquals(100, run.promptMillis(), 1e-9);
    }

    @Test
    void withoutTimingsTheLastWordsAreShown() {
        GenerationException problem =
                assertThrows(GenerationException.class, () -> ColdRun.parse(5, "first\nsomething odd\n\n"));
        assertTrue(problem.getMessage().endsWith("something odd"), problem.getMessage());
    }

    @Test
    void theLaunchersFlagsAreNotHandedOn() {
        List<String> all = new ArrayList<>(List.of("-Xmx96m", "-XX:AOTCache=/x", "-Dmyna.vector.bits=256"));
        all.addAll(Relauncher.flags(List.of()));
        assertEquals(List.of("-Xmx96m", "-Dmyna.vector.bits=256"), Relauncher.withoutOwnFlags(all));
    }
}
