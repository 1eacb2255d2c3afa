// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.Optional;

/** The ten languages Myna answers in, each with the question that is asked when the user only names the language. */
public enum Language {
    EN("en", "English", "Describe the image."),
    ZH("zh", "中文", "描述这张图片。"),
    HI("hi", "हिन्दी", "इस छवि का वर्णन करें।"),
    ES("es", "Español", "Describe la imagen."),
    FR("fr", "Français", "Décrivez l'image."),
    AR("ar", "العربية", "صف الصورة."),
    BN("bn", "বাংলা", "ছবিটি বর্ণনা করুন।"),
    RU("ru", "Русский", "Опишите изображение."),
    UR("ur", "اردو", "تصویر کی وضاحت کریں۔"),
    JA("ja", "日本語", "画像を説明してください。");

    private final String code;
    private final String nativeName;
    private final String describe;

    Language(String code, String nativeName, String describe) {
        this.code = code;
        this.nativeName = nativeName;
        this.describe = describe;
    }

    /** ISO 639-1 code. */
    public String code() {
        return code;
    }

    /** The language's name in itself. */
    public String nativeName() {
        return nativeName;
    }

    /** "Describe the image." in this language (docs/spec/tokenizers.md 3). */
    public String describe() {
        return describe;
    }

    /** Whether the script runs right to left. */
    public boolean rightToLeft() {
        return this == AR || this == UR;
    }

    /** The language with this ISO 639-1 code, in any case. */
    public static Optional<Language> byCode(String code) {
        for (Language language : values()) {
            if (language.code.equalsIgnoreCase(code)) {
                return Optional.of(language);
            }
        }
        return Optional.empty();
    }
}
