// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedAnswersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cat|Cat.",
                "un chat|UN CHAT !",
                "猫|猫。",
                "बिल्ली|बिल्ली।",
                "gato|¿gato?|",
                "قطة|قطة؟",
                "বিড়াল|বিড়াল।",
                "кошка|КОШКА…",
                "بلی|بلی۔",
                "ネコ|ﾈｺ！",
                "stra\u00dfe|STRASSE"
            })
    void caseFormAndTheEndOfASentenceDoNotMatter(String accepted, String answer) {
        boolean opened = answer.startsWith("¿");
        assertTrue(AcceptedAnswers.has(List.of("other", accepted), answer) != opened, accepted + " " + answer);
    }

    @ParameterizedTest
    @CsvSource({"cat,cats", "cat,a cat", "بلی,بلا", "ネコ,犬", "3,٣"})
    void otherWordsAndOtherDigitsDo(String accepted, String answer) {
        assertFalse(AcceptedAnswers.has(List.of(accepted), answer));
    }
}
