// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.terminal.ExitCode;
import dev.myna.eval.judge.AnswerLanguage;
import java.util.Map;

/**
 * Whether answers are in the language that their questions want.
 *
 * @param tries how often to ask again; -1 for no check
 */
record LanguageCheck(int tries) {
    /** No check. */
    static final LanguageCheck NONE = new LanguageCheck(-1);

    /** The language of an answer, if it matters: a code, or {@link AnswerLanguage#OTHER}; else null. */
    String spoken(BatchQuestion question, String answer) {
        return tries < 0 || question.language() == null ? null : AnswerLanguage.of(answer);
    }

    boolean isRight(BatchQuestion question, String spoken) {
        return spoken == null || spoken.equals(question.language().code());
    }

    /** Says in a row what was found. A row in another language is one with an error, and keeps its text. */
    void add(Map<String, Object> row, BatchQuestion question, String spoken, int again) {
        if (tries < 0) {
            return;
        }
        row.put("answer_language", spoken);
        row.put("asked_again", again);
        if (!isRight(question, spoken)) {
            row.put("status", "error");
            row.put(
                    "error",
                    "the answer is in " + (spoken.equals(AnswerLanguage.OTHER) ? "another language" : spoken) + ", not "
                            + question.language().code() + ", after asking again "
                            + (again == 1 ? "once" : again + " times"));
            row.put("code", ExitCode.GENERATION);
        }
    }
}
