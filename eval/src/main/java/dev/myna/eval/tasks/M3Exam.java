// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.choice.PangeaChoice;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.prompt.M3ExamPrompt;
import dev.myna.loaders.datasets.DataRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** M3Exam: school exams in seven languages, those questions that have images. */
final class M3Exam extends ParquetTask {
    private static final int MAX_TOKENS = 16;
    private static final int MAX_CHINESE_TOKENS = 32;
    private static final int MAX_IMAGES = 10;
    private static final Map<String, String> NAMES = Map.of(
            "af",
            "afrikaans",
            "zh",
            "chinese",
            "en",
            "english",
            "it",
            "italian",
            "pt",
            "portuguese",
            "th",
            "thai",
            "vi",
            "vietnamese");

    @Override
    public String name() {
        return "m3exam";
    }

    @Override
    public String description() {
        return "M3Exam, accuracy; DIR/PangeaBench-m3exam/**/*.parquet of neulab/PangeaBench-m3exam";
    }

    @Override
    public List<String> languages() {
        return List.of("af", "zh", "en", "it", "pt", "th", "vi");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "pangea-choice/wrong-for-random";
    }

    @Override
    String[] folders() {
        return new String[] {"m3exam", "PangeaBench-m3exam"};
    }

    @Override
    String[] fileCodes(String language) {
        return new String[] {language, NAMES.get(language)};
    }

    @Override
    Set<String> columns() {
        return Set.of(
                "question_text", "background_description", "options", "answer_text", "subject_category", "image_0");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        List<String> choices = texts(row.get("options"), "options");
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < MAX_IMAGES; i++) {
            image(row, "image_" + i).ifPresent(images::add);
        }
        Map<String, Object> gold = new LinkedHashMap<>();
        gold.put("answer", PangeaChoice.gold(text(row, "answer_text")));
        gold.put("options", choices);
        gold.put("category", text(row, "subject_category"));
        String prompt = M3ExamPrompt.of(
                NAMES.get(language),
                text(row, "subject_category"),
                texts(row.get("background_description"), "background_description"),
                text(row, "question_text"),
                choices);
        return Optional.of(new Question(
                id(row, "id"), List.of(prompt), images, language.equals("zh") ? MAX_CHINESE_TOKENS : MAX_TOKENS, gold));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        Optional<String> letter = PangeaChoice.extract(answer, texts(row.gold().get("options"), "options"));
        return letter.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(letter.get().equals(row.gold("answer")) ? 1 : 0);
    }
}
