// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import dev.myna.eval.EvalException;
import dev.myna.loaders.datasets.PythonText;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The prompt of M3Exam: an instruction in the question's language, background, question, options (docs/spec/evaluation.md 3.3). */
public final class M3ExamPrompt {
    private static final String SPACE =
            "\\s\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
    private static final Pattern OPTION_MARK =
            Pattern.compile("^[(（]?[A-Da-d\\p{Nd}][)）." + SPACE + "]+[" + SPACE + "]*");
    private static final Pattern IMAGE = Pattern.compile("\\(image\\)\\[([^\\]\\n]+)\\]");
    private static final Map<String, Object> LANGUAGES = languages();

    private M3ExamPrompt() {}

    private static Map<String, Object> languages() {
        try (InputStream in = M3ExamPrompt.class.getResourceAsStream("/dev/myna/eval/m3exam.json")) {
            return JsonTree.object(in.readAllBytes(), 1000);
        } catch (IOException | JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The prompt of a question.
     *
     * @param language its English name in lower case
     * @param subject {@code language}, {@code math}, {@code social-science} or {@code natural-science}
     * @throws EvalException if there is no instruction for them
     */
    public static String of(
            String language, String subject, List<String> background, String question, List<String> options) {
        if (!(LANGUAGES.get(language) instanceof Map<?, ?> words
                && words.get("hints") instanceof Map<?, ?> hints
                && hints.get(subject) instanceof String hint)) {
            throw new EvalException("M3Exam has no instruction for the subject " + subject + " in " + language);
        }
        StringBuilder prompt = new StringBuilder(hint).append("\n\n\n");
        if (!background.isEmpty()) {
            prompt.append(String.join("\n", background)).append('\n');
        }
        prompt.append(withImage(question)).append('\n');
        List<String> lines = new ArrayList<>();
        boolean images =
                options.stream().anyMatch(option -> IMAGE.matcher(option).find());
        if (!images) {
            for (int i = 0; i < options.size(); i++) {
                String text =
                        PythonText.strip(OPTION_MARK.matcher(options.get(i)).replaceFirst(""));
                lines.add("(" + (char) ('A' + i) + ") " + text);
            }
        }
        return prompt.append(String.join("\n", lines))
                .append('\n')
                .append(words.get("answer_word"))
                .toString();
    }

    /** The first image mark becomes a place for an image, the others vanish. */
    private static String withImage(String question) {
        String placed = IMAGE.matcher(question).replaceFirst("<image>");
        return IMAGE.matcher(placed).replaceAll("");
    }
}
