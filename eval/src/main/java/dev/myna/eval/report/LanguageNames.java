// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import java.util.Locale;

/** Languages by the codes that tasks use. */
final class LanguageNames {
    private LanguageNames() {}

    /** In English, such as {@code Urdu}; the code itself if it is none of a language. */
    static String english(String code) {
        String name = named(code).getDisplayLanguage(Locale.ENGLISH);
        return name.isEmpty() ? code : name;
    }

    /** The code as HTML's {@code lang}; empty if it is none of a language. */
    static String tag(String code) {
        Locale locale = named(code);
        return locale.getDisplayLanguage(Locale.ENGLISH).equals(locale.getLanguage()) ? "" : locale.toLanguageTag();
    }

    private static Locale named(String code) {
        return Locale.forLanguageTag(code.replace('_', '-'));
    }
}
