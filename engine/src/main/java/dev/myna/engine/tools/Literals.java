// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** What readers of literals share: a text, a place in it, and a limit of depth. */
abstract class Literals {
    static final int MAX_DEPTH = 64;

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,400}");
    private static final Pattern REAL = Pattern.compile(
            "[+-]?([0-9]{1,400}\\.[0-9]{0,400}|\\.[0-9]{1,400}|[0-9]{1,400}(?=[eE]))([eE][+-]?[0-9]{1,9})?");

    /** It is none. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    final String text;
    int at;

    Literals(String text) {
        this.text = text;
    }

    final void skipSpace() {
        at = CallReader.afterSpace(text, at);
    }

    /** Takes a character, if it is there. */
    final boolean take(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    final void require(char c) throws Malformed {
        if (!take(c)) {
            throw new Malformed();
        }
    }

    final boolean ended() {
        skipSpace();
        return at == text.length();
    }

    static void requireDepth(int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed();
        }
    }

    /** A number as Python reads it, or {@link JsonValue#NONE}. */
    static Object number(String word) {
        if (INTEGER.matcher(word).matches()) {
            return new BigInteger(word);
        }
        return REAL.matcher(word).matches() ? (Object) Double.valueOf(word) : JsonValue.NONE;
    }
}
