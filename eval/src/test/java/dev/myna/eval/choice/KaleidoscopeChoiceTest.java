// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.prompt.KaleidoscopePrompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Expected letters follow from the published rule, worked out by hand. */
class KaleidoscopeChoiceTest {
    @Test
    void answersBecomeLettersOrFormatErrors() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("A", "A");
        cases.put("a", "");
        cases.put("ب", "B");
        cases.put("E", "");
        cases.put("{\"choice\": \"C\"}", "C");
        cases.put("```json\n{\"choice\": \"d\"}\n```", "D");
        cases.put("Sure: {\"choice\":'b'} because {\"choice\": \"A\"}", "B");
        cases.put("{ \"choice\": \"A. a cat\" }", "A");
        cases.put("{\"choice\": \"A.B\"}", "");
        cases.put("{\"choice\": \"A) a cat\"}", "");
        cases.put("{\"choice\": \"Г\"}", "D");
        cases.put("{\"choice\": \"أ\"}", "A");
        cases.put("{\"choice\": \"A\", \"why\": \"x\"}", "A");
        cases.put("{\"choice\": A}", "");
        cases.put("{\"choice\": 1}", "");
        cases.put("{\"choice\": \"\"}", "");
        cases.put("{\"choice\":\n \"A\"}", "A");
        cases.put("{'choice': 'A'}", "");
        cases.put("The answer is A", "");
        cases.put("", "");
        cases.put("😀", "");
        cases.forEach((answer, letter) -> assertEquals(
                Optional.of(letter).filter(each -> !each.isEmpty()), KaleidoscopeChoice.extract(answer), answer));
    }

    @Test
    void promptsSpeakTheirLanguage() {
        assertEquals(18, KaleidoscopePrompt.languages().size());
        assertEquals(
                "\nOutput your choice in the specified JSON format.\n\nप्रश्न: क्या है? \nविकल्प: \nA. ) एक\nB. ) दो\n",
                KaleidoscopePrompt.of("hi", "क्या<image> है?", List.of("एक", "<image>दो")));
        for (String language : KaleidoscopePrompt.languages()) {
            assertTrue(KaleidoscopePrompt.of(language, "?", List.of("x")).contains("A. ) x"), language);
        }
    }
}
