// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.RowProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A suite as a task. It has the name and the rule of the task {@code jsonl}, so that its results can be scored again. */
final class SuiteTask implements Task {
    private static final Task RULE = TaskList.byName("jsonl").orElseThrow();

    /** Gives the encoded image of a question. */
    interface Image {
        byte[] bytes();
    }

    private final List<SuiteQuestion> questions;
    private final List<Image> images;
    private final int maxTokens;

    SuiteTask(List<SuiteQuestion> questions, List<Image> images, int maxTokens) {
        this.questions = questions;
        this.images = images;
        this.maxTokens = maxTokens;
    }

    @Override
    public String name() {
        return RULE.name();
    }

    @Override
    public String description() {
        return "Questions of a suite";
    }

    @Override
    public List<String> languages() {
        return questions.stream().map(SuiteQuestion::language).distinct().toList();
    }

    @Override
    public String scorer(TaskOptions options) {
        return RULE.scorer(options);
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        return RULE.score(language, rows, options);
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) {
        return new Questions() {
            private int next;

            @Override
            public Optional<Question> next() {
                while (next < questions.size()) {
                    int number = next++;
                    SuiteQuestion each = questions.get(number);
                    if (each.language().equals(language)) {
                        return Optional.of(new Question(
                                Integer.toString(number),
                                List.of(each.question()),
                                List.of(images.get(number).bytes()),
                                maxTokens,
                                Map.of(
                                        "answer",
                                        each.accepted().getFirst(),
                                        "answers",
                                        each.accepted(),
                                        "options",
                                        Map.of())));
                    }
                }
                return Optional.empty();
            }

            @Override
            public long problemCount() {
                return 0;
            }

            @Override
            public List<RowProblem> problems() {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }
}
