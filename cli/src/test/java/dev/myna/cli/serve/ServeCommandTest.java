// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the options of {@code serve} may be; servers that run are elsewhere. */
class ServeCommandTest {
    @Test
    void wrongOptionsAreRefusedBeforeAnythingIsOpened() {
        Map<List<String>, String> refused = Map.of(
                List.of("--host", "0.0.0.0"), "is reachable from other machines: add --api-key",
                List.of("--host", "192.0.2.1"), "is reachable from other machines: add --api-key",
                List.of("--host", "::"), "is reachable from other machines: add --api-key",
                List.of("--host", "no.such.invalid"), "is not known",
                List.of("--port", "65536"), "--port must be in 0..65535, not 65536",
                List.of("--parallel", "0"), "--parallel must be in 1..256, not 0",
                List.of("--queue", "-1"), "--queue must be 0 or more, not -1",
                List.of("--cache-ram", "-1"), "--cache-ram must be 0 or more, not -1",
                List.of("--api-key", ""), "an API key must be",
                List.of("--top-p", "0"), "top-p must be in (0, 1]");
        refused.forEach((options, message) -> {
            List<String> words = new java.util.ArrayList<>(List.of("serve", "-m", "/no/such/model.gguf"));
            words.addAll(options);
            Captured result = Captured.run(words.toArray(String[]::new));
            assertEquals(ExitCode.USAGE, result.code(), options + ": " + result.err());
            assertTrue(result.err().contains(message), options + ": " + result.err());
            assertEquals("", result.out());
        });
    }

    @Test
    void missingModelGivesOneLine() {
        Captured result = Captured.run("serve", "-m", "/no/such/model.gguf");
        assertEquals(ExitCode.MODEL, result.code(), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }
}
