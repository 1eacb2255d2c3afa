// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.text.Normalizer;
import java.util.Locale;

/** Captions of XM100 before they are compared (docs/spec/evaluation.md 3.5). */
public final class Captions {
    private static final int LETTERS = 96;

    private Captions() {}

    /** A prediction in normal form C; in Chinese, one space after each other character is removed first. */
    public static String normalized(String prediction, String language) {
        String text = prediction;
        if (language.equals("zh")) {
            StringBuilder joined = new StringBuilder();
            boolean kept = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == ' ' && kept) {
                    kept = false;
                } else {
                    joined.append(c);
                    kept = !PythonText.isSpace(c);
                }
            }
            text = joined.toString();
        }
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /** The number of an image, by which captions are grouped: letters count as their place in the alphabet. */
    public static String imageDigits(String id) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            digits.append(Character.isLetter(c) ? Integer.toString(c - LETTERS) : Character.toString(c));
        }
        return digits.toString();
    }

    /** As {@link #imageDigits}, as a number. */
    public static long imageNumber(String id) {
        return Long.parseLong(imageDigits(id.toLowerCase(Locale.ROOT)));
    }
}
