// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtherLanguageTest {
    private static final Map<String, String> SENTENCES = new LinkedHashMap<>();

    static {
        SENTENCES.put("en", "The photo shows a small brown dog that sleeps under the table beside an old red chair.");
        SENTENCES.put("zh", "照片里有一只棕色的小狗睡在桌子下面，旁边有一把旧的红色椅子。");
        SENTENCES.put(
                "hi",
                "तस्वीर में एक छोटा भूरा कुत्ता मेज़ के नीचे सो रहा है और उसके पास एक पुरानी लाल कुर्सी रखी हुई है।");
        SENTENCES.put(
                "es",
                "La foto muestra un pequeño perro marrón que duerme debajo de la mesa junto a una vieja silla roja.");
        SENTENCES.put(
                "fr", "La photo montre un petit chien brun qui dort sous la table à côté d'une vieille chaise rouge.");
        SENTENCES.put("ar", "تظهر الصورة كلبا بنيا صغيرا ينام تحت الطاولة بجانب كرسي أحمر قديم في غرفة واسعة ومضيئة.");
        SENTENCES.put(
                "bn", "ছবিতে একটি ছোট বাদামী কুকুর টেবিলের নিচে ঘুমাচ্ছে এবং তার পাশে একটি পুরনো লাল চেয়ার আছে।");
        SENTENCES.put(
                "ru", "На фотографии маленькая коричневая собака спит под столом рядом со старым красным стулом.");
        SENTENCES.put(
                "ur",
                "تصویر میں ایک چھوٹا بھورا کتا میز کے نیچے سو رہا ہے اور اس کے پاس ایک پرانی لال کرسی رکھی ہوئی ہے۔");
        SENTENCES.put("ja", "写真には、古い赤い椅子のそばのテーブルの下で眠っている小さな茶色の犬が写っています。");
    }

    /** Each sentence as the answer to a question in each language. */
    @Test
    void tenLanguagesAreToldApart() {
        SENTENCES.forEach((asked, right) -> SENTENCES.forEach((answered, answer) -> assertEquals(
                !asked.equals(answered), OtherLanguage.is(answer, asked, List.of(right)), asked + " " + answered)));
    }

    @Test
    void lettersOfOptionsAndShortWordsAreNoOtherLanguage() {
        for (String language : SENTENCES.keySet()) {
            assertFalse(OtherLanguage.is("B", language, List.of("B: x")), language);
            assertFalse(OtherLanguage.is("", language, List.of()), language);
            assertFalse(OtherLanguage.is("12 ۱۲ १२", language, List.of()), language);
        }
        assertFalse(OtherLanguage.is("hot pepper, magnifying glass tilted left", "en", List.of("hot pepper")));
        assertFalse(OtherLanguage.is("yes", "bn", List.of("yes")), "the right answer is English, too");
        assertTrue(OtherLanguage.is("yes", "bn", List.of("হ্যাঁ")));
        assertFalse(OtherLanguage.is("كلب", "loc", List.of()), "no language");
    }
}
