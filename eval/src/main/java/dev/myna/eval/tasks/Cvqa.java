// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.choice.PangeaChoice;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.prompt.CvqaPrompt;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.ParquetReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * CVQA. Its files have all languages; a row's is in its {@code Subset}. Answers are in the column {@code Label}, which the published
 * files keep on a server.
 */
final class Cvqa extends ParquetTask {
    private static final int MAX_TOKENS = 16;
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("Amharic", "am"),
            Map.entry("Arabic", "ar"),
            Map.entry("Bengali", "bn"),
            Map.entry("Breton", "br"),
            Map.entry("Bulgarian", "bg"),
            Map.entry("Chinese", "zh"),
            Map.entry("Egyptian_Arabic", "arz"),
            Map.entry("Filipino", "fil"),
            Map.entry("French", "fr"),
            Map.entry("Hindi", "hi"),
            Map.entry("Igbo", "ig"),
            Map.entry("Indonesian", "id"),
            Map.entry("Irish", "ga"),
            Map.entry("Japanese", "ja"),
            Map.entry("Javanese", "jv"),
            Map.entry("Kinyarwanda", "rw"),
            Map.entry("Korean", "ko"),
            Map.entry("Malay", "ms"),
            Map.entry("Marathi", "mr"),
            Map.entry("Minangkabau", "min"),
            Map.entry("Mongolian", "mn"),
            Map.entry("Norwegian", "no"),
            Map.entry("Oromo", "om"),
            Map.entry("Portuguese", "pt"),
            Map.entry("Romanian", "ro"),
            Map.entry("Russian", "ru"),
            Map.entry("Sinhala", "si"),
            Map.entry("Spanish", "es"),
            Map.entry("Sundanese", "su"),
            Map.entry("Swahili", "sw"),
            Map.entry("Tamil", "ta"),
            Map.entry("Telugu", "te"),
            Map.entry("Urdu", "ur"));

    @Override
    public String name() {
        return "cvqa";
    }

    @Override
    public String description() {
        return "CVQA with Pangea's prompt, accuracy; DIR/cvqa/**/*.parquet of afaji/cvqa, with labels";
    }

    @Override
    public List<String> languages() {
        return NAMES.values().stream().sorted().toList();
    }

    @Override
    public String scorer(TaskOptions options) {
        return "pangea-choice/wrong-for-random";
    }

    @Override
    String[] folders() {
        return new String[] {"cvqa", "PangeaBench-cvqa"};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "Subset", "Question", "Options", "Label");
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        return new RowQuestions(
                data.parquetOfAll(data.folder(folders())),
                file -> ParquetReader.open(file, columns()),
                row -> question(row, language, options));
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        String[] subset = text(row, "Subset").replaceAll("[()' ]", "").split(",");
        String code = NAMES.getOrDefault(subset[0], subset[0]);
        if (!code.equals(language)) {
            return Optional.empty();
        }
        String prefix = options.translated() ? "Translated " : "";
        List<String> shown = texts(row.get(prefix + "Options"), prefix + "Options");
        Map<String, Object> gold = new LinkedHashMap<>();
        if (!(row.get("Label") instanceof Number label) || label.intValue() < 0) {
            throw new EvalException("the row has no label");
        }
        gold.put("answer", Character.toString((char) ('A' + label.intValue())));
        gold.put("options", texts(row.get("Options"), "Options"));
        if (subset.length > 1) {
            gold.put("category", subset[1]);
        }
        return Optional.of(new Question(
                id(row, "ID"),
                List.of(CvqaPrompt.pangea(text(row, prefix + "Question"), shown)),
                oneImage(row),
                MAX_TOKENS,
                gold));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        Optional<String> letter = PangeaChoice.extract(answer, texts(row.gold().get("options"), "options"));
        return letter.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(letter.get().equals(row.gold("answer")) ? 1 : 0);
    }
}
