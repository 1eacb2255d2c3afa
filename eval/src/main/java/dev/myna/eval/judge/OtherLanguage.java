// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import java.lang.Character.UnicodeScript;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether an answer is in another language than was asked for. Short answers are judged by their script, which is certain; the
 * detector of {@link AnswerLanguage} decides only about texts of at least {@value #MIN_LETTERS} letters, because it guesses below. A
 * language that the right answer is in is never another one.
 */
public final class OtherLanguage {
    private static final int MIN_LETTERS = 60;

    /** Letters of an answer in Japanese that has no kana. */
    private static final int MIN_HAN = 10;

    private static final Map<String, Set<UnicodeScript>> SCRIPTS = Map.ofEntries(
            Map.entry("am", EnumSet.of(UnicodeScript.ETHIOPIC)),
            Map.entry("ar", EnumSet.of(UnicodeScript.ARABIC)),
            Map.entry("arz", EnumSet.of(UnicodeScript.ARABIC)),
            Map.entry("bg", EnumSet.of(UnicodeScript.CYRILLIC)),
            Map.entry("bn", EnumSet.of(UnicodeScript.BENGALI)),
            Map.entry("el", EnumSet.of(UnicodeScript.GREEK)),
            Map.entry("fa", EnumSet.of(UnicodeScript.ARABIC)),
            Map.entry("he", EnumSet.of(UnicodeScript.HEBREW)),
            Map.entry("hi", EnumSet.of(UnicodeScript.DEVANAGARI)),
            Map.entry("iw", EnumSet.of(UnicodeScript.HEBREW)),
            Map.entry("ja", EnumSet.of(UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA)),
            Map.entry("ko", EnumSet.of(UnicodeScript.HANGUL, UnicodeScript.HAN)),
            Map.entry("mn", EnumSet.of(UnicodeScript.CYRILLIC)),
            Map.entry("mr", EnumSet.of(UnicodeScript.DEVANAGARI)),
            Map.entry("ne", EnumSet.of(UnicodeScript.DEVANAGARI)),
            Map.entry("ru", EnumSet.of(UnicodeScript.CYRILLIC)),
            Map.entry("si", EnumSet.of(UnicodeScript.SINHALA)),
            Map.entry("ta", EnumSet.of(UnicodeScript.TAMIL)),
            Map.entry("te", EnumSet.of(UnicodeScript.TELUGU)),
            Map.entry("th", EnumSet.of(UnicodeScript.THAI)),
            Map.entry("uk", EnumSet.of(UnicodeScript.CYRILLIC)),
            Map.entry("ur", EnumSet.of(UnicodeScript.ARABIC)),
            Map.entry("zh", EnumSet.of(UnicodeScript.HAN)));

    /** Languages in Latin script whose texts the detector tells apart. */
    private static final Set<String> LATIN = Set.of(
            "af", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no", "pl",
            "pt", "ro", "sk", "sl", "so", "sq", "sv", "sw", "tl", "tr", "vi");

    /** Scripts that several languages of the detector share. */
    private static final Set<UnicodeScript> SHARED =
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.ARABIC, UnicodeScript.CYRILLIC, UnicodeScript.DEVANAGARI);

    private OtherLanguage() {}

    /**
     * Whether it is.
     *
     * @param answer of the model
     * @param language code that was asked for; nothing is said about one that this class does not know
     * @param right right answers, which may be in another language on purpose
     */
    public static boolean is(String answer, String language, List<String> right) {
        if (!SCRIPTS.containsKey(language) && !LATIN.contains(language)) {
            return false;
        }
        Map<UnicodeScript, Integer> scripts = scripts(answer);
        int letters = scripts.values().stream().mapToInt(Integer::intValue).sum();
        if (letters < 2) {
            return false;
        }
        UnicodeScript most = Collections.max(scripts.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        String gold = String.join(" ", right);
        Map<UnicodeScript, Integer> goldScripts = scripts(gold);
        Set<UnicodeScript> expected = SCRIPTS.getOrDefault(language, EnumSet.of(UnicodeScript.LATIN));
        if (!expected.contains(most)) {
            return !goldScripts.containsKey(most);
        }
        if (language.equals("ja")) {
            return letters >= MIN_HAN
                    && !scripts.containsKey(UnicodeScript.HIRAGANA)
                    && !scripts.containsKey(UnicodeScript.KATAKANA)
                    && (goldScripts.containsKey(UnicodeScript.HIRAGANA)
                            || goldScripts.containsKey(UnicodeScript.KATAKANA));
        }
        if (letters < MIN_LETTERS || !SHARED.contains(most)) {
            return false;
        }
        String code = AnswerLanguage.code(answer).orElse(language);
        return !code.equals(language) && !code.equals(AnswerLanguage.code(gold).orElse(language));
    }

    /** Letters by script. */
    private static Map<UnicodeScript, Integer> scripts(String text) {
        Map<UnicodeScript, Integer> scripts = new EnumMap<>(UnicodeScript.class);
        text.codePoints().filter(Character::isLetter).forEach(letter -> {
            UnicodeScript script = UnicodeScript.of(letter);
            if (script != UnicodeScript.COMMON && script != UnicodeScript.INHERITED) {
                scripts.merge(script, 1, Integer::sum);
            }
        });
        return scripts;
    }
}
