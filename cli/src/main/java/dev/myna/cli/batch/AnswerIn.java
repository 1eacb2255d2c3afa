// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.engine.Language;

/** Sentences that ask for an answer in a language, each in that language. */
final class AnswerIn {
    private AnswerIn() {}

    static String sentence(Language language) {
        return switch (language) {
            case EN -> "Answer in English.";
            case ZH -> "请用中文回答。";
            case HI -> "हिन्दी में उत्तर दें।";
            case ES -> "Responde en español.";
            case FR -> "Répondez en français.";
            case AR -> "أجب باللغة العربية.";
            case BN -> "বাংলায় উত্তর দিন।";
            case RU -> "Ответьте на русском языке.";
            case UR -> "اردو میں جواب دیں۔";
            case JA -> "日本語で答えてください。";
        };
    }

    /** The prompt with the sentence behind it. */
    static String asked(String prompt, Language language) {
        return prompt + "\n" + sentence(language);
    }

    /** The prompt for one more try: the sentence behind it, then also in front of it. */
    static String askedAgain(String prompt, Language language, int again) {
        String once = prompt.endsWith(sentence(language)) ? prompt : asked(prompt, language);
        return again == 1 && !once.equals(prompt) ? once : sentence(language) + "\n" + once;
    }
}
