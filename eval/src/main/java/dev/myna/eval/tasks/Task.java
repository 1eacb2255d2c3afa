// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.engine.ImageMode;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import java.io.IOException;
import java.util.List;

/** A benchmark: which questions it asks, and how answers are scored. Prompts, limits and image modes are the published ones. */
public interface Task {
    /** As users type it. */
    String name();

    /** One line for people: what it is, its metric, where the data are. */
    String description();

    /** Codes of its languages, the order of tables. */
    List<String> languages();

    /** How images are made square. */
    default ImageMode imageMode() {
        return ImageMode.AUTO;
    }

    /** Name and version of the rule that scores. */
    String scorer(TaskOptions options);

    /**
     * Opens the questions of a language.
     *
     * @throws dev.myna.loaders.datasets.DatasetException if its files are absent or unusable
     */
    Questions questions(DataFolder data, String language, TaskOptions options) throws IOException;

    /** Scores the answers of a language, in the order of the questions. */
    LanguageScore score(String language, List<Answered> rows, TaskOptions options);
}
