// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.EvalException;
import dev.myna.eval.judging.JudgeException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are those of a POSIX shell")
class CommandJudgeTest {
    private static final JudgeRequest REQUEST = new JudgeRequest("xchat", "hi", "ocr/3", "आप", "क्या है?\n");

    @TempDir
    Path folder;

    private static String review(String command) throws InterruptedException {
        return new CommandJudge(command, Duration.ofSeconds(20)).review(REQUEST);
    }

    @Test
    void aCommandReadsOneLineOfJsonAndWritesTheReview() throws Exception {
        Path seen = folder.resolve("seen");
        assertEquals("8 7\nठीक\n", review("cat > '" + seen + "'; printf '8 7\\nठीक\\n'"));
        String line = Files.readString(seen);
        assertEquals(1, line.lines().count());
        Map<String, Object> request = JSON.std.mapFrom(line);
        assertEquals("xchat", request.get("task"));
        assertEquals("क्या है?\n", request.get("user"));
        assertEquals("ocr/3", request.get("id"));
    }

    @Test
    void failuresSayWhy() throws Exception {
        Map<String, Fault> commands = Map.of(
                "echo 'no\nmoney' >&2; exit 3", Fault.JUDGE,
                "/no/such/program", Fault.SETTINGS,
                "printf '\\377'", Fault.REQUEST,
                "head -c 5000000 /dev/zero", Fault.REQUEST);
        for (Map.Entry<String, Fault> each : commands.entrySet()) {
            JudgeException failure = assertThrows(JudgeException.class, () -> review(each.getKey()));
            assertEquals(each.getValue(), failure.fault(), each.getKey());
            assertEquals(1, failure.getMessage().lines().count());
        }
        JudgeException said = assertThrows(JudgeException.class, () -> review("echo 'no money' >&2; exit 3"));
        assertEquals("the judge's command ended with exit code 3: no money", said.getMessage());
    }

    @Test
    void aCommandThatHangsIsEnded() {
        CommandJudge judge = new CommandJudge("sleep 100; echo 8 8", Duration.ofMillis(300));
        JudgeException failure = assertThrows(JudgeException.class, () -> judge.review(REQUEST));
        assertEquals(Fault.JUDGE, failure.fault());
    }

    @Test
    void aCommandNeedNotReadItsInput() throws Exception {
        assertEquals(
                "3\n",
                new CommandJudge("echo 3", Duration.ofSeconds(20))
                        .review(new JudgeRequest("xchat", "en", "1", "", "x".repeat(1 << 20))));
    }

    @Test
    void rulesAreReadFromFiles() throws IOException {
        for (JudgeRules.Kind kind : JudgeRules.Kind.values()) {
            JudgeRules rules = JudgeRules.of(kind);
            assertEquals(kind.rules(), rules.name());
            assertTrue(rules.rule().contains("first line"), rules.rule());
            assertEquals(1, rules.system().lines().count());
        }
        Path file = Files.writeString(
                folder.resolve("mine.txt"), "You are\r\nstrict.\r\n\r\nTwo numbers.\r\n\r\nOnly.\r\n");
        JudgeRules rules = JudgeRules.read(file);
        assertEquals("You are\nstrict.", rules.system());
        assertEquals("Two numbers.\n\nOnly.", rules.rule());
        assertTrue(rules.name().matches("mine\\.txt/[0-9a-f]{12}"), rules.name());
        Files.writeString(file, "one paragraph");
        assertThrows(EvalException.class, () -> JudgeRules.read(file));
        Files.write(file, new byte[] {(byte) 0xff, '\n', '\n', 'a'});
        assertThrows(EvalException.class, () -> JudgeRules.read(file));
        assertThrows(EvalException.class, () -> JudgeRules.read(folder.resolve("none")));
    }
}
