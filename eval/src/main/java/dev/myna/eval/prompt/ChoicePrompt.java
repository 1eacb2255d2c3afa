// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import java.util.Map;

/**
 * Prompts for choice questions of VLMEvalKit tables (docs/spec/evaluation.md 2.2).
 *
 * @param hint null for none
 * @param options texts by letter, absent ones left out
 */
public record ChoicePrompt(String hint, String question, Map<String, String> options) {
    private static final int FIRST_CJK = 0x4e00;
    private static final int LAST_CJK = 0x9fff;

    /**
     * Parrot's prompt.
     *
     * @param dataset the name whose ending chooses the language of the last line, such as {@code MMMB_ar}
     */
    public String parrot(String dataset) {
        StringBuilder prompt = new StringBuilder();
        if (hint != null) {
            prompt.append(hint).append('\n');
        }
        prompt.append(question);
        options.forEach((letter, text) ->
                prompt.append('\n').append(letter).append(". ").append(text));
        return prompt.append(suffix(dataset, prompt.toString())).toString();
    }

    private String suffix(String dataset, String prompt) {
        boolean cjk = prompt.chars().anyMatch(c -> c >= FIRST_CJK && c <= LAST_CJK);
        if (options.isEmpty()) {
            return cjk ? "\n请用单个词或短语回答问题。" : "\nAnswer the question using a single word or phrase.";
        }
        if (cjk || dataset.endsWith("_cn")) {
            return "\n请直接用给定选项中的选项字母回答。";
        }
        int underscore = dataset.lastIndexOf('_');
        return switch (underscore < 0 ? "" : dataset.substring(underscore + 1)) {
            case "pt" -> "\nResponda diretamente com a letra da opção das escolhas dadas.";
            case "ar" -> "\nأجب مباشرةً بحرف الخيار من الاختيارات المعطاة.";
            case "ru" -> "\nОтветьте буквой варианта из предложенных вариантов напрямую.";
            case "tr" -> "\nVerilen seçeneklerden doğrudan seçeneğin harfi ile cevap verin.";
            default -> "\nAnswer with the option's letter from the given choices directly.";
        };
    }

    /** The harness' own prompt, for models without one. */
    public String harness() {
        StringBuilder prompt = new StringBuilder();
        if (hint != null) {
            prompt.append("Hint: ").append(hint).append('\n');
        }
        prompt.append("Question: ").append(question).append('\n');
        if (!options.isEmpty()) {
            prompt.append("Options:\n");
            options.forEach((letter, text) ->
                    prompt.append(letter).append(". ").append(text).append('\n'));
            prompt.append("Please select the correct answer from the options above. \n");
        }
        return prompt.toString();
    }
}
