// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.AnswerLanguage;
import dev.myna.eval.prompt.ShortPrompts;
import dev.myna.eval.text.CaptionCorpus;
import dev.myna.eval.text.Captions;
import dev.myna.eval.text.Chrf;
import dev.myna.eval.text.PtbTokenizer;
import dev.myna.eval.text.RougeL;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** XM100: captions in 36 languages. */
final class Xm100 extends ParquetTask {
    private static final int MAX_TOKENS = 128;

    @Override
    public String name() {
        return "xm100";
    }

    @Override
    public String description() {
        return "XM100, ROUGE-L of captions; DIR/PangeaBench-xm100/**/*.parquet of neulab/PangeaBench-xm100";
    }

    @Override
    public List<String> languages() {
        return ShortPrompts.xm100Languages();
    }

    @Override
    public String scorer(TaskOptions options) {
        return "rouge-l/" + PtbTokenizer.NAME;
    }

    @Override
    String[] folders() {
        return new String[] {"xm100", "PangeaBench-xm100"};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "caption");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        return Optional.of(new Question(
                id(row, "image_id"),
                List.of(ShortPrompts.xm100(language).orElseThrow()),
                oneImage(row),
                MAX_TOKENS,
                Map.of("caption", text(row, "caption"))));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        List<String> tokens =
                PtbTokenizer.captions(List.of(Captions.normalized(answer, language), row.gold("caption")));
        return OptionalDouble.of(RougeL.of(tokens.getFirst(), List.of(tokens.getLast())));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        LanguageScore score = super.score(language, rows, options);
        CaptionCorpus corpus = new CaptionCorpus();
        List<String> answers = new ArrayList<>();
        List<List<String>> references = new ArrayList<>();
        int inLanguage = 0;
        for (int i = 0; i < rows.size(); i++) {
            String answer = Captions.normalized(PythonText.strip(rows.get(i).answer()), language);
            List<String> reference = List.of(rows.get(i).gold("caption"));
            corpus.add(i, answer, reference);
            answers.add(answer);
            references.add(reference);
            inLanguage += AnswerLanguage.code(answer).orElse("").startsWith(language) ? 1 : 0;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        CaptionCorpus.Scores scores = corpus.scores().orElseThrow();
        for (int n = 1; n <= scores.bleu().length; n++) {
            metrics.put("bleu_" + n, 100 * scores.bleu()[n - 1]);
        }
        metrics.put("cider", 100 * scores.cider());
        metrics.put("chrf", Chrf.CHRF.corpus(answers, references));
        metrics.put("answer_language_rate", 100.0 * inLanguage / rows.size());
        return score.withMetrics(metrics);
    }
}
