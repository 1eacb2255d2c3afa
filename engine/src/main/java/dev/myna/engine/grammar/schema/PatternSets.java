// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.CodePoints;

/** The sets that regular expressions have names for. */
final class PatternSets {
    private static final CodePoints DIGITS = CodePoints.of('0', '9');
    private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints ASCII_SPACE = CodePoints.of('\t', '\r', ' ', ' ');
    private static final CodePoints SPACE = CodePoints.of(
            '\t', '\r', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F,
            0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);

    private PatternSets() {}

    /**
     * The set of {@code \d} and its like, or null. Engines differ in what white space is: what is allowed is so to
     * all of them.
     */
    static CodePoints named(int c, boolean negated) {
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> negated ? SPACE : ASCII_SPACE;
            case 'S' -> (negated ? ASCII_SPACE : SPACE).complement();
            default -> null;
        };
    }
}
