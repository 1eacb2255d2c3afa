// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.serve.TestServer;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Free answers of the embedded model, and judges of all kinds. */
class EvalJudgeTest {
    private static final Path HELD_OUT = Path.of("../models-manifest/nano/heldout");

    @TempDir
    Path folder;

    /** Three questions about drawn scenes as LLaVA-Bench has them. */
    private String data() throws IOException {
        Path root = Files.createDirectories(folder.resolve("data/llava-bench"));
        Path images = Files.createDirectories(root.resolve("images"));
        Path english = Files.createDirectories(root.resolve("english"));
        StringBuilder questions = new StringBuilder();
        StringBuilder answers = new StringBuilder();
        StringBuilder contexts = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            String name = "000" + i + ".png";
            Files.copy(HELD_OUT.resolve(name), images.resolve(name));
            questions.append("{\"question_id\": " + i + ", \"image\": \"" + name
                    + "\", \"text\": \"What is in the picture?\", \"category\": \"llava_bench_conv\"}\n");
            answers.append(
                    "{\"question_id\": " + i + ", \"text\": \"hot pepper, fly\", \"answer_id\": \"a" + i + "\"}\n");
            contexts.append("{\"image\": \"" + name + "\", \"caption\": [\"A drawing.\", \"It is small.\"]}\n");
        }
        Files.writeString(english.resolve("questions.jsonl"), questions);
        Files.writeString(english.resolve("answers_gpt4.jsonl"), answers);
        Files.writeString(english.resolve("context.jsonl"), contexts);
        return folder.resolve("data").toString();
    }

    private Captured eval(Map<String, String> environment, String data, String out, String... more) {
        String[] args = new String[8 + more.length];
        String[] first = {
            "eval", "llava-bench", "--data", data, "-o", folder.resolve(out).toString(), "-c", "512"
        };
        System.arraycopy(first, 0, args, 0, first.length);
        System.arraycopy(more, 0, args, first.length, more.length);
        return Captured.runIn(environment, new byte[0], args);
    }

    @Test
    void aBusyEndpointJudgesInTheEndAndIsAskedOnceForEachAnswer() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (dev.myna.testing.TestServer server = new dev.myna.testing.TestServer((request, out) -> {
            boolean busy = asked.getAndIncrement() == 0;
            byte[] body = (busy
                            ? "{}"
                            : "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"8 6\\nfine\"}}]}")
                    .getBytes(StandardCharsets.UTF_8);
            dev.myna.testing.TestServer.head(
                    out,
                    busy ? "429 Slow" : "200 OK",
                    "Content-Type: application/json",
                    "Retry-After: 0",
                    "Content-Length: " + body.length);
            out.write(body);
            out.flush();
        })) {
            String data = data();
            String[] judge = {"--judge-url", server.address(), "--judge-model", "big"};
            Map<String, String> environment = Map.of("MYNA_JUDGE_KEY", "k-1");
            Captured run = eval(environment, data, "out", judge);
            assertEquals(ExitCode.OK, run.code(), run.err());
            assertTrue(run.out().contains("llava-bench    en    75.00"), run.out());
            assertTrue(run.err().contains("llava-bench en: 3 of 3 answers reviewed"), run.err());
            assertEquals(4, server.requests().size());
            assertEquals("Bearer k-1", server.requests().getFirst().headers().get("authorization"));
            assertTrue(server.requests().getLast().body().contains("A drawing.\\nIt is small."));
            Captured again = eval(environment, data, "out", judge);
            assertEquals(run.out(), again.out());
            assertEquals(4, server.requests().size(), "nothing is missing");
            for (String file : new String[] {"results.json", "judge.jsonl", "predictions.jsonl"}) {
                assertFalse(
                        Files.readString(folder.resolve("out").resolve(file)).contains("k-1"), file);
            }
        }
    }

    @Test
    void anEndpointThatIsNoneIsNamedAndAnswersAreKept() throws Exception {
        String data = data();
        try (dev.myna.testing.TestServer server = new dev.myna.testing.TestServer((request, out) -> {
            dev.myna.testing.TestServer.head(out, "404 Not Found", "Content-Type: text/html", "Content-Length: 0");
        })) {
            Captured run = eval(Map.of(), data, "out", "--judge-url", server.address(), "--judge-model", "big");
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertTrue(
                    run.err().contains("answered with status 404; is the URL that of an OpenAI-compatible API"),
                    run.err());
            assertEquals(
                    3, Files.readAllLines(folder.resolve("out/journal.jsonl")).size());
        }
        Captured without = eval(Map.of(), data, "out");
        assertEquals(ExitCode.OK, without.code(), without.err());
        assertTrue(without.err().contains("3 from the journal"), without.err());
    }

    /** The embedded model is no judge, but the request and the answer pass through: a review without scores is counted. */
    @Test
    void mynasOwnServerCanBeTheJudge() throws Exception {
        try (TestServer server = new TestServer(SchedulerOptions.builder()
                .slots(2)
                .session(SessionOptions.builder().contextSize(1024).build())
                .build())) {
            Captured run = eval(
                    Map.of(),
                    data(),
                    "out",
                    "--judge-url",
                    server.uri("").toString(),
                    "--judge-model",
                    "nano",
                    "--limit",
                    "1");
            assertEquals(ExitCode.OK, run.code(), run.err());
            String results = Files.readString(folder.resolve("out/results.json"));
            assertTrue(results.contains("\"scorer\": \"judge/pair-1/palo\""), results);
            assertTrue(results.contains("\"reviews\": 1.0"), results + run.err());
            assertTrue(results.contains("\"reviews_without_scores\": 1.0"), results);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is one of a POSIX shell")
    void aCommandJudgesStoredAnswersWithoutAModel() throws Exception {
        String data = data();
        assertEquals(ExitCode.OK, eval(Map.of(), data, "out").code());
        Path rules = Files.writeString(folder.resolve("rules.txt"), "You judge.\n\nTwo numbers.\n");
        String out = folder.resolve("out").toString();
        Captured score = Captured.run(
                "eval", "score", out, "--judge-command", "cat >/dev/null; echo 8 4", "--judge-rules", rules.toString());
        assertEquals(ExitCode.OK, score.code(), score.err());
        assertTrue(score.out().contains("50.00"), score.out());
        assertEquals(score.out(), Captured.run("eval", "score", out).out());
        Captured broken = Captured.run("eval", "score", out, "--judge-command", "/no/such/judge");
        assertEquals(ExitCode.USAGE, broken.code());
        assertTrue(broken.err().contains("exit code 127"), broken.err());
        assertEquals(score.out(), Captured.run("eval", "score", out).out(), "nothing is lost");
    }

    @Test
    void badOptionsGetOneLine() throws Exception {
        String data = data();
        for (String[] bad : new String[][] {
            {"--judge-url", "http://127.0.0.1:1"},
            {"--judge-url", "nonsense", "--judge-model", "m"},
            {"--judge-model", "m"},
            {"--judge-url", "http://127.0.0.1:1", "--judge-model", "m", "--judge-command", "x"},
            {"--judge-command", "x", "--judge-rate", "3"},
            {"--judge-command", "x", "--judge-tries", "0"},
            {"--judge-command", "x", "--judge-rules", folder.resolve("none").toString()}
        }) {
            Captured run = eval(Map.of(), data, "bad", bad);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }
}
