// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.JsonText;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judging.Judge;
import dev.myna.eval.judging.JudgeException;
import dev.myna.eval.judging.JudgeException.Fault;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Stored answers and judges of this process. */
class JudgingTest {
    private static final int ANSWERS = 12;

    @TempDir
    Path folder;

    private final ConcurrentLinkedQueue<JudgeRequest> asked = new ConcurrentLinkedQueue<>();

    private Judge judge(Function<JudgeRequest, String> review) {
        return new Judge() {
            @Override
            public String name() {
                return "test judge";
            }

            @Override
            public String review(JudgeRequest request) {
                asked.add(request);
                return review.apply(request);
            }
        };
    }

    /** A finished run of a task with so many answers. */
    private Path answers(String task, int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("task", task);
            row.put("language", "en");
            row.put("id", Integer.toString(i));
            row.put("prompt", "What is number " + i + " in the image?");
            row.put("answer", i == 0 ? "" : "It is the answer with the number " + i + ".");
            row.put("error", i == 0 ? "the image is none" : "");
            row.put("score", 0.5);
            Map<String, Object> gold = new LinkedHashMap<>();
            gold.put("reference", "This is a reference for the question.");
            gold.put("context", "There are numbers.");
            gold.put("category", i % 2 == 0 ? "conv" : "detail");
            gold.put("rubric", "Is it right?\n1: no\n5: yes");
            row.put("gold", gold);
            lines.append(JsonText.line(row)).append('\n');
        }
        Path out = Files.createDirectories(folder.resolve(task + count));
        Files.writeString(out.resolve("predictions.jsonl"), lines.toString());
        Files.writeString(
                out.resolve("results.json"),
                "{\"format\": \"myna-eval-1\", \"options\": {}, \"tasks\": [{\"task\": \"" + task
                        + "\", \"image_mode\": \"crop\", \"languages\": {\"en\": {\"malformed_rows\": 0, \"problems\":"
                        + " []}}}]}");
        return out;
    }

    private Judging judging(Judge judge, Path out) {
        return new Judging(judge, Optional.empty(), out, 3, RunListener.NONE);
    }

    private Results score(Path out, Judging judging) throws IOException {
        try (judging) {
            return StoredRun.score(
                    out,
                    options -> options.withJudge(Optional.of(judging.options(Optional.empty()))),
                    Optional.of(judging));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> english(Path out) throws IOException {
        Map<String, Object> results = JSON.std.mapFrom(Files.readString(out.resolve("results.json")));
        Map<String, Object> task = (Map<String, Object>) ((List<Object>) results.get("tasks")).getFirst();
        Map<String, Object> languages = (Map<String, Object>) task.get("languages");
        Map<String, Object> english = new LinkedHashMap<>((Map<String, Object>) languages.get("en"));
        english.put("scorer", task.get("scorer"));
        english.put("judge", ((Map<String, Object>) results.get("options")).get("judge"));
        return english;
    }

    @SuppressWarnings("unchecked")
    private static double metric(Path out, String name) throws IOException {
        return ((Number) ((Map<String, Object>) english(out).get("metrics")).get(name)).doubleValue();
    }

    @Test
    void pairsAreScoredAsPublishedAndReviewsAreKept() throws IOException {
        Path out = answers("llava-bench", ANSWERS);
        Results results =
                score(out, judging(judge(request -> request.id().equals("3") ? "good, I think" : "8 6\nwhy"), out));
        // Eleven answers, one review without scores: (10 * 6 - 1) / (10 * 8 - 1).
        assertEquals(74.7, results.scores("llava-bench").get("en"), 0.05);
        assertEquals(ANSWERS - 1, asked.size(), "a question without an answer is not judged");
        assertEquals(1, metric(out, "reviews_without_scores"));
        assertEquals(1, metric(out, "answers_without_review"));
        assertEquals("judge/pair-1/palo", english(out).get("scorer"));
        assertEquals(Map.of("name", "test judge"), english(out).get("judge"));
        JudgeRequest request =
                asked.stream().filter(each -> each.id().equals("5")).findFirst().orElseThrow();
        assertTrue(request.user().startsWith("[Context]\nThere are numbers.\n\n[Question]\nWhat is number 5"));
        assertTrue(request.user().contains("[Assistant 2]\nIt is the answer with the number 5.\n"), request.user());
        assertTrue(request.user().endsWith(JudgeRules.of(JudgeRules.Kind.PAIR).rule() + "\n\n"));

        byte[] before = Files.readAllBytes(out.resolve("results.json"));
        StoredRun.score(out, options -> options);
        assertArrayEquals(before, Files.readAllBytes(out.resolve("results.json")), "scored again without the judge");
        StoredRun.score(
                out,
                options -> options.withJudge(options.judge().map(each -> each.withParser(ReviewParser.LMMS_EVAL))));
        assertEquals("judge/pair-1/lmms-eval", english(out).get("scorer"));
    }

    @Test
    void answersInAWrongLanguageGetNoPointsInPangeasTask() throws IOException {
        Path out = answers("m-llava-bench", ANSWERS);
        String predictions = Files.readString(out.resolve("predictions.jsonl"))
                .replace("It is the answer with the number 4.", "Это ответ на вопрос, но на другом языке.");
        Files.writeString(out.resolve("predictions.jsonl"), predictions);
        Results results = score(out, judging(judge(_ -> " 10 10\nwhy"), out));
        assertEquals(90.9, results.scores("m-llava-bench").get("en"), 1e-9);
        assertEquals("judge/pair-1/pangea", english(out).get("scorer"));
    }

    @Test
    void rubricsGiveThePercentageOfXchat() throws IOException {
        Path out = answers("xchat", 6);
        Results results = score(
                out,
                judging(
                        judge(request -> request.id().equals("1")
                                ? "no idea"
                                : request.id().equals("2") ? "5" : "٣\nwhy"),
                        out));
        // Scores 5, 3, 3, 3: a mean of 3.5.
        assertEquals(62.5, results.scores("xchat").get("en"), 1e-9);
        assertEquals(1, metric(out, "reviews_without_scores"));
        assertTrue(asked.element().user().contains("[Rubric]\nIs it right?\n1: no\n5: yes\n"));
        assertEquals("judge/rubric-1/first-line-1", english(out).get("scorer"));
    }

    @Test
    void onlyMissingReviewsAreAskedForAgain() throws IOException {
        Path out = answers("llava-bench", ANSWERS);
        Judging first = judging(
                judge(request -> {
                    if (Integer.parseInt(request.id()) % 4 == 1) {
                        throw new JudgeException(Fault.REQUEST, "too long");
                    }
                    return "8 8";
                }),
                out);
        score(out, first);
        assertEquals(3, first.missing());
        assertEquals("too long", first.firstMissing());
        assertEquals(4, metric(out, "answers_without_review"));
        assertTrue(Files.readString(out.resolve("predictions.jsonl")).contains("\"review_error\":\"too long\""));
        asked.clear();
        Results results = score(out, judging(judge(_ -> "8 4"), out));
        assertEquals(
                List.of("1", "5", "9"),
                asked.stream().map(JudgeRequest::id).sorted().toList());
        assertFalse(Files.readString(out.resolve("predictions.jsonl")).contains("review_error"));
        assertEquals(86.4, results.scores("llava-bench").get("en"), 0.05);
        asked.clear();
        byte[] before = Files.readAllBytes(out.resolve("results.json"));
        score(out, judging(judge(_ -> "1 1"), out));
        assertTrue(asked.isEmpty(), "everything is in the journal");
        assertArrayEquals(before, Files.readAllBytes(out.resolve("results.json")));
    }

    @Test
    void aJudgeThatIsOutOfOrderEndsTheRunAndKeepsWhatThereIs() throws IOException {
        Path out = answers("llava-bench", ANSWERS);
        byte[] before = Files.readAllBytes(out.resolve("predictions.jsonl"));
        Judging broken = judging(
                judge(request -> {
                    if (Integer.parseInt(request.id()) > 4) {
                        throw new JudgeException(Fault.JUDGE, "status 500 (5 attempts)");
                    }
                    return "8 8";
                }),
                out);
        EvalException failure = assertThrows(EvalException.class, () -> score(out, broken));
        assertEquals(
                "status 500 (5 attempts); answers and reviews so far are kept, run again to ask for the rest",
                failure.getMessage());
        assertArrayEquals(before, Files.readAllBytes(out.resolve("predictions.jsonl")));
        assertTrue(asked.size() < ANSWERS, "it was not asked to the end: " + asked.size());
        int kept = Files.readAllLines(out.resolve(Judging.FILE)).size();
        // Several are asked at a time: a later failure may come before an earlier question.
        assertEquals(
                asked.stream()
                        .filter(request -> Integer.parseInt(request.id()) <= 4)
                        .count(),
                kept);
        asked.clear();
        score(out, judging(judge(_ -> "8 8"), out));
        assertEquals(ANSWERS - 1 - kept, asked.size());
    }

    @Test
    void aWrongKeyEndsTheRunAtOnce() throws IOException {
        Path out = answers("llava-bench", ANSWERS);
        Judging refused = judging(
                judge(_ -> {
                    throw new JudgeException(Fault.SETTINGS, "status 401");
                }),
                out);
        assertThrows(EvalException.class, () -> score(out, refused));
        assertTrue(asked.size() <= 3, "asked " + asked.size() + " times");
    }

    /** Many threads get reviews, and one is told to stop: no review that came is lost, and the journal stays whole. */
    @Test
    void aRunThatIsStoppedKeepsItsReviews() throws Exception {
        Path out = answers("llava-bench", 200);
        CountDownLatch some = new CountDownLatch(20);
        Judging judging = new Judging(
                judge(request -> {
                    some.countDown();
                    return "8 8 " + request.id();
                }),
                Optional.empty(),
                out,
                8,
                RunListener.NONE);
        Thread stopping = Thread.ofVirtual().start(() -> {
            try {
                some.await();
            } catch (InterruptedException e) {
                return;
            }
            judging.stop();
        });
        try {
            score(out, judging);
        } catch (CancellationException e) {
            // It was in time.
        }
        stopping.join();
        int before = asked.size();
        List<String> lines = Files.readAllLines(out.resolve(Judging.FILE));
        assertEquals(before, lines.size(), "each review that came is in the journal");
        asked.clear();
        score(out, judging(judge(_ -> "8 8"), out));
        assertEquals(199 - before, asked.size());
    }

    @Test
    void otherRulesAreOtherReviews() throws IOException {
        Path out = answers("llava-bench", 3);
        score(out, judging(judge(_ -> "8 8"), out));
        asked.clear();
        Path file = Files.writeString(folder.resolve("mine.txt"), "You are a judge.\n\nTwo numbers, please.");
        score(out, new Judging(judge(_ -> "4 2"), Optional.of(JudgeRules.read(file)), out, 1, RunListener.NONE));
        assertEquals(2, asked.size());
        assertTrue(asked.element().user().endsWith("[System]\nTwo numbers, please.\n\n"));
        assertTrue(
                english(out).get("scorer").toString().startsWith("judge/mine.txt/"),
                english(out).toString());
        assertEquals(50, ((Number) english(out).get("score")).doubleValue());
    }
}
