// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import java.util.List;
import java.util.Map;

/** Kaleidoscope's prompt for open models, as published (docs/eval.md): English instructions, words of the language around the question. */
public final class KaleidoscopePrompt {
    /** The system text, with its stray backslash. */
    public static final String SYSTEM =
            "You are a helpful assistant who answers multiple-choice questions. For each question,"
                    + " output your final answer in JSON format with the following structure:\n\n{\"choice\": \"The correct option"
                    + " (e.g., A, B, C, or D)\"}\n\\ONLY output this format exactly. Do not include any additional text or"
                    + " explanations outside the JSON structure.";

    private static final String INSTRUCTION = "Output your choice in the specified JSON format.";

    private record Words(String question, String options) {}

    private static final Map<String, Words> WORDS = Map.ofEntries(
            Map.entry("ar", new Words("السؤال", "الخيارات")),
            Map.entry("bn", new Words("প্রশ্ন", "বিকল্প")),
            Map.entry("de", new Words("Frage", "Optionen")),
            Map.entry("en", new Words("Question", "Options")),
            Map.entry("es", new Words("Pregunta", "Opciones")),
            Map.entry("fa", new Words("سؤال", "گزینه‌ها")),
            Map.entry("fr", new Words("Question", "Options")),
            Map.entry("hi", new Words("प्रश्न", "विकल्प")),
            Map.entry("hr", new Words("Pitanje", "Opcije")),
            Map.entry("hu", new Words("Kérdés", "Lehetőségek")),
            Map.entry("lt", new Words("Klausimas", "Pasirinkimai")),
            Map.entry("ne", new Words("प्रश्न", "विकल्पहरू")),
            Map.entry("nl", new Words("Vraag", "Opties")),
            Map.entry("pt", new Words("Pergunta", "Opções")),
            Map.entry("ru", new Words("Вопрос", "Варианты")),
            Map.entry("sr", new Words("Pitanje", "Opcije")),
            Map.entry("te", new Words("ప్రశ్న", "ఎంపికలు")),
            Map.entry("uk", new Words("Питання", "Варіанти")));

    private KaleidoscopePrompt() {}

    /** Codes of its languages, in alphabetical order. */
    public static List<String> languages() {
        return WORDS.keySet().stream().sorted().toList();
    }

    /** The user's turn, without the image in front. Letters have a dot and a bracket. */
    public static String of(String language, String question, List<String> options) {
        Words words = WORDS.get(language);
        StringBuilder prompt = new StringBuilder("\n" + INSTRUCTION + "\n\n")
                .append(words.question)
                .append(": ")
                .append(question.replace("<image>", ""))
                .append(" \n")
                .append(words.options)
                .append(": \n");
        for (int i = 0; i < options.size(); i++) {
            prompt.append((char) ('A' + i))
                    .append(". ) ")
                    .append(options.get(i).replace("<image>", ""))
                    .append('\n');
        }
        return prompt.toString();
    }
}
