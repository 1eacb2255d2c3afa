// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.engine.ImageMode;
import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.JsonLinesReader;
import dev.myna.loaders.datasets.LlavaBenchFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The multilingual LLaVA-Bench (docs/spec/evaluation.md 1). Its published metric needs a judge; without one, there are proxies: overlap
 * with the reference answer, and the language of answers.
 */
final class LlavaBench implements JudgedTask {
    private static final int MAX_TOKENS = 1024;
    private static final Map<String, String> NAMES = Map.of(
            "en",
            "english",
            "zh",
            "chinese",
            "hi",
            "hindi",
            "es",
            "spanish",
            "fr",
            "french",
            "ar",
            "arabic",
            "bn",
            "bengali",
            "ru",
            "russian",
            "ur",
            "urdu",
            "ja",
            "japanese");

    @Override
    public String name() {
        return "llava-bench";
    }

    @Override
    public String description() {
        return "Multilingual LLaVA-Bench (PALO), needs a judge; proxies without one;"
                + " DIR/multilingual-llava-bench-in-the-wild of MBZUAI";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja");
    }

    @Override
    public ImageMode imageMode() {
        return ImageMode.CROP;
    }

    @Override
    public String scorer(TaskOptions options) {
        return PairReviews.scorer(options, ReviewParser.PALO);
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        Path root = data.folder("multilingual-llava-bench-in-the-wild", "llava-bench");
        LlavaBenchFiles files = LlavaBenchFiles.in(root.resolve(NAMES.get(language)));
        List<DataRow> references = LlavaBenchFiles.all(files.answers());
        Map<String, String> captions = files.captions();
        Map<Long, String> byLine = new HashMap<>();
        for (int i = 0; i < references.size(); i++) {
            byLine.put((long) i, references.get(i).text("text"));
        }
        long[] line = {0};
        return new RowQuestions(List.of(files.questions()), JsonLinesReader::open, row -> {
            String reference = byLine.get(line[0]++);
            Map<String, Object> gold = new LinkedHashMap<>();
            gold.put("reference", reference == null ? "" : reference);
            if (row.text("category") != null) {
                gold.put("category", row.text("category"));
            }
            if (captions.get(row.text("image")) != null) {
                gold.put(PairReviews.CONTEXT, captions.get(row.text("image")));
            }
            if (row.text("question_id") == null || row.text("text") == null || row.text("image") == null) {
                throw new EvalException("the row has no question_id, text or image");
            }
            return Optional.of(new Question(
                    row.text("question_id"),
                    List.of(row.text("text")),
                    List.of(image(root.resolve("images"), row.text("image"))),
                    MAX_TOKENS,
                    gold));
        });
    }

    @Override
    public JudgeRules.Kind judged() {
        return JudgeRules.Kind.PAIR;
    }

    @Override
    public JudgeRequest request(String language, Answered row, JudgeRules rules) {
        return PairReviews.request(name(), language, row, rules);
    }

    /** A file of a folder, never one outside of it. */
    static byte[] image(Path folder, String name) {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize())) {
            throw new EvalException("the image " + name + " is outside of its folder");
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new EvalException("the image " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        return PairReviews.score(language, rows, options, ReviewParser.PALO, (_, pair) -> pair);
    }
}
