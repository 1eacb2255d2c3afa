// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.engine.Language;
import java.util.Map;

/** The right names, Unicode CLDR's, of what the embedded model's sample images show. */
public final class SampleAnswers {
    private static final Map<String, Map<Language, String>> NAMES = Map.of(
            "cat",
            Map.of(
                    Language.EN, "cat",
                    Language.ZH, "猫",
                    Language.HI, "बिल्ली",
                    Language.ES, "gato",
                    Language.FR, "chat",
                    Language.AR, "قطة",
                    Language.BN, "বিড়াল",
                    Language.RU, "кошка",
                    Language.UR, "بلی",
                    Language.JA, "ネコ"),
            "bicycle",
            Map.of(
                    Language.EN, "bicycle",
                    Language.ZH, "自行车",
                    Language.HI, "बाइक",
                    Language.ES, "bicicleta",
                    Language.FR, "vélo",
                    Language.AR, "دراجة",
                    Language.BN, "বাইসাইকেল",
                    Language.RU, "велосипед",
                    Language.UR, "سائیکل",
                    Language.JA, "自転車"));

    private SampleAnswers() {}

    /** @param sample file name without extension */
    public static String of(String sample, Language language) {
        return NAMES.get(sample).get(language);
    }
}
