// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.GbnfParser;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.tools.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Regular expressions (ECMA 262, the part that is regular) as the insides of JSON strings: what they match, with quotes,
 * backslashes and control characters escaped.
 */
final class StringPattern {
    private static final int MAX_LENGTH = 4096;
    private static final int MAX_DEPTH = 32;
    private static final CodePoints ESCAPED = JsonText.PLAIN.complement();
    private static final String SYNTAX = "*+?{}()[]|^$\\";

    private final int[] text;
    private final String pointer;
    private final SchemaCompiler compiler;
    private int at;

    private StringPattern(String pattern, String pointer, SchemaCompiler compiler) {
        this.pointer = pointer;
        this.compiler = compiler;
        if (pattern.length() > MAX_LENGTH) {
            throw GrammarException.at(
                    pointer, pattern.length() + " characters; at most " + MAX_LENGTH + " are supported in a pattern");
        }
        text = pattern.codePoints().toArray();
    }

    /** A pattern from {@code ^} to {@code $}. */
    static RulePart anchored(String pattern, String pointer, SchemaCompiler compiler) {
        return new StringPattern(pattern, pointer, compiler).whole();
    }

    private GrammarException error(String problem) {
        return GrammarException.at(pointer, "character " + (at + 1) + ": " + problem);
    }

    private int peek() {
        return at < text.length ? text[at] : -1;
    }

    private boolean take(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    private RulePart whole() {
        if (!take('^')) {
            throw error("a pattern must begin with ^ and end with $: parts of strings are not supported");
        }
        RulePart body = sequence(0);
        if (peek() == '|') {
            throw error("put a group around the alternatives between ^ and $");
        }
        if (!take('$') || at != text.length) {
            throw error(
                    peek() == ')'
                            ? "a ) without its ("
                            : "a pattern must end with $: parts of strings are not supported");
        }
        return body;
    }

    private RulePart choice(int depth) {
        List<RulePart> options = new ArrayList<>();
        do {
            options.add(sequence(depth));
        } while (take('|'));
        return RulePart.choice(options);
    }

    private RulePart sequence(int depth) {
        List<RulePart> parts = new ArrayList<>();
        while (peek() >= 0 && peek() != '|' && peek() != ')' && peek() != '$') {
            compiler.work().spend(1);
            parts.add(repeated(part(depth)));
        }
        return RulePart.sequence(parts);
    }

    private RulePart part(int depth) {
        int c = peek();
        switch (c) {
            case '(' -> {
                at++;
                if (take('?') && !take(':')) {
                    throw error("(?" + (peek() < 0 ? "" : Character.toString(peek())) + " is not supported");
                }
                if (depth >= MAX_DEPTH) {
                    throw error("groups are nested more than " + MAX_DEPTH + " deep");
                }
                RulePart group = choice(depth + 1);
                if (!take(')')) {
                    throw error("expected ) here");
                }
                return group;
            }
            case '[' -> {
                return characters(new PatternClass(this).read());
            }
            case '.' -> {
                at++;
                return characters(
                        CodePoints.of('\n', '\n', '\r', '\r', 0x2028, 0x2029).complement());
            }
            case '\\' -> {
                return characters(escape(false));
            }
            default -> {
                if (SYNTAX.indexOf(c) >= 0) {
                    throw error("'" + Character.toString(c) + "' is not supported here");
                }
                at++;
                return characters(CodePoints.of(c, c));
            }
        }
    }

    private RulePart repeated(RulePart part) {
        int min;
        int max = RulePart.UNBOUNDED;
        if (take('*')) {
            min = 0;
        } else if (take('+')) {
            min = 1;
        } else if (take('?')) {
            min = 0;
            max = 1;
        } else if (take('{')) {
            min = number();
            max = take(',') ? peek() == '}' ? RulePart.UNBOUNDED : number() : min;
            if (!take('}')) {
                throw error("expected } here");
            }
            if (max != RulePart.UNBOUNDED && max < min) {
                throw error("{" + min + "," + max + "} ends below its beginning");
            }
        } else {
            return part;
        }
        // A lazy quantifier matches the same strings.
        take('?');
        if (peek() >= 0 && "*+?{".indexOf(peek()) >= 0) {
            throw error("'" + Character.toString(peek()) + "' is not supported after a quantifier");
        }
        return new RulePart.Repeat(part, min, max);
    }

    private int number() {
        int value = 0;
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            value = 10 * value + (text[at++] - '0');
            if (value > GbnfParser.MAX_REPETITIONS) {
                at = from;
                throw error("at most " + GbnfParser.MAX_REPETITIONS + " repetitions are supported");
            }
        }
        if (at == from) {
            throw error("expected a number");
        }
        return value;
    }

    /** One character of a set, as a JSON string spells it. */
    private RulePart characters(CodePoints set) {
        if (set.isEmpty()) {
            throw error("no character is in this class");
        }
        compiler.work().spend(set.count());
        return compiler.characters(set, StringPattern::spellings);
    }

    private static RulePart spellings(CodePoints set) {
        List<RulePart> options = new ArrayList<>();
        CodePoints plain = set.minus(ESCAPED);
        if (!plain.isEmpty()) {
            options.add(new RulePart.Characters(plain));
        }
        CodePoints escaped = set.minus(JsonText.PLAIN);
        for (int range = 0; range < escaped.count(); range++) {
            for (int c = escaped.low(range); c <= escaped.high(range); c++) {
                StringBuilder quoted = new StringBuilder();
                JsonValue.quote(Character.toString(c), quoted);
                options.add(RulePart.text(quoted.substring(1, quoted.length() - 1)));
            }
        }
        return RulePart.choice(options);
    }

    /** The set an escape stands for, from its backslash; {@code negated} if what is left of it is asked for. */
    private CodePoints escape(boolean negated) {
        at++;
        int c = peek();
        CodePoints set = PatternSets.named(c, negated);
        if (set != null) {
            at++;
            return set;
        }
        int escaped = escapedCharacter();
        return CodePoints.of(escaped, escaped);
    }

    /** The character an escape stands for, from behind its backslash. */
    private int escapedCharacter() {
        int c = peek();
        at++;
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'f' -> '\f';
            case 'v' -> 0x0B;
            case 'x' -> hexadecimal(2);
            case 'u' -> unicode();
            default -> {
                boolean letter = c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
                if (c < 0 || letter || c >= 0x80) {
                    at--;
                    throw error("\\" + (c < 0 ? "" : Character.toString(c)) + " is not supported");
                }
                yield c;
            }
        };
    }

    private int unicode() {
        if (take('{')) {
            int value = 0;
            while (!take('}')) {
                value = value << 4 | hexadecimal(1);
                if (value > Character.MAX_CODE_POINT) {
                    throw error("this is no character");
                }
            }
            return value;
        }
        int value = hexadecimal(4);
        if (value >= 0xD800 && value <= 0xDBFF && take('\\')) {
            int low = take('u') ? hexadecimal(4) : 0;
            if (low < 0xDC00 || low > 0xDFFF) {
                throw error("half a surrogate pair is no character");
            }
            return Character.toCodePoint((char) value, (char) low);
        }
        return value;
    }

    private int hexadecimal(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() >= 0 && peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw error("expected a hexadecimal digit");
            }
            at++;
            value = value << 4 | digit;
        }
        return value;
    }

    /** A class in brackets. */
    private record PatternClass(StringPattern in) {
        CodePoints read() {
            in.at++;
            boolean negated = in.take('^');
            int[] ranges = new int[16];
            int count = 0;
            while (!in.take(']')) {
                if (in.peek() < 0) {
                    throw in.error("expected ] here");
                }
                CodePoints set = one(negated);
                if (in.peek() == '-' && in.at + 1 < in.text.length && in.text[in.at + 1] != ']') {
                    in.at++;
                    CodePoints high = one(negated);
                    if (!isSingle(set) || !isSingle(high) || high.low(0) < set.low(0)) {
                        throw in.error("this is no range");
                    }
                    set = CodePoints.of(set.low(0), high.low(0));
                }
                if (count + 2 * set.count() > ranges.length) {
                    ranges = Arrays.copyOf(ranges, 2 * (count + 2 * set.count()));
                }
                for (int range = 0; range < set.count(); range++) {
                    ranges[count++] = set.low(range);
                    ranges[count++] = set.high(range);
                }
            }
            in.compiler.work().spend(count);
            CodePoints set = CodePoints.of(Arrays.copyOf(ranges, count));
            return negated ? set.complement() : set;
        }

        private CodePoints one(boolean negated) {
            int c = in.peek();
            if (c == '\\') {
                if (in.at + 1 < in.text.length && in.text[in.at + 1] == 'b') {
                    in.at += 2;
                    return CodePoints.of('\b', '\b');
                }
                return in.escape(negated);
            }
            in.at++;
            return CodePoints.of(c, c);
        }

        private static boolean isSingle(CodePoints set) {
            return set.count() == 1 && set.low(0) == set.high(0);
        }
    }
}
