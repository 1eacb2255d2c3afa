// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Strings;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a source into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on: a block or comment tag takes the line break
 * behind it and the blanks before it on its line. Linear in the source's length.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", "<", ">",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    /** Whether the text that comes begins a line, because a tag took the line break before it. */
    private boolean beginsLine = true;

    private Lexer(String source) {
        this.source = source;
    }

    /** The tokens of a source whose line breaks are LF. */
    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int open = nextTag(at);
            if (open < 0) {
                addData(at, source.length());
                at = source.length();
                break;
            }
            int from = at;
            char kind = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : 0;
            addData(from, textEnd(from, open, kind != '{', sign));
            at = open + (sign == '-' || sign == '+' && kind != '{' ? 3 : 2);
            switch (kind) {
                case '#' -> comment(open);
                case '{' -> tag(open, Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, "}}");
                default -> {
                    int raw = afterRaw(at);
                    if (raw >= 0) {
                        raw(open, raw);
                    } else {
                        tag(open, Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
                    }
                }
            }
        }
        tokens.add(new Token(Token.Kind.END, "", source.length()));
    }

    private int nextTag(int from) {
        for (int open = source.indexOf('{', from); open >= 0; open = source.indexOf('{', open + 1)) {
            char next = open + 1 < source.length() ? source.charAt(open + 1) : 0;
            if (next == '{' || next == '%' || next == '#') {
                return open;
            }
        }
        return -1;
    }

    private void addData(int from, int to) {
        if (from < to) {
            tokens.add(new Token(Token.Kind.DATA, source.substring(from, to), from));
        }
    }

    /** Where the text before a tag ends, once the tag has taken what it takes. */
    private int textEnd(int from, int open, boolean takesBlanks, char sign) {
        int end = open;
        if (sign == '-') {
            while (end > from && Strings.isSpace(source.charAt(end - 1))) {
                end--;
            }
            return end;
        }
        if (!takesBlanks || sign == '+') {
            return end;
        }
        while (end > from && source.charAt(end - 1) != '\n' && Strings.isSpace(source.charAt(end - 1))) {
            end--;
        }
        boolean lineBegins = end > from ? source.charAt(end - 1) == '\n' : beginsLine;
        return lineBegins ? end : open;
    }

    /** Behind a tag's end: takes white space, one line break, or nothing. */
    private void finish(char sign, boolean trims) {
        beginsLine = false;
        if (sign == '-') {
            while (at < source.length() && Strings.isSpace(source.charAt(at))) {
                beginsLine = source.charAt(at) == '\n';
                at++;
            }
        } else if (trims && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
            beginsLine = true;
        }
    }

    private void comment(int open) {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException(Kind.SYNTAX, open, "a comment does not end");
        }
        char sign = end > at ? source.charAt(end - 1) : 0;
        at = end + 2;
        finish(sign, true);
    }

    /** Behind {@code raw %}}, if that stands at {@code from}; else -1. */
    private int afterRaw(int from) {
        int i = skipSpace(from);
        if (!source.startsWith("raw", i)) {
            return -1;
        }
        i = skipSpace(i + 3);
        int end = source.startsWith("-%}", i) ? i + 3 : source.startsWith("%}", i) ? i + 2 : -1;
        return end;
    }

    private int skipSpace(int from) {
        int i = from;
        while (i < source.length() && Strings.isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private void raw(int open, int begin) {
        at = begin;
        finish(source.charAt(begin - 3) == '-' ? '-' : '+', false);
        int from = at;
        for (int end = source.indexOf("{%", from); end >= 0; end = source.indexOf("{%", end + 2)) {
            char sign = end + 2 < source.length() ? source.charAt(end + 2) : 0;
            int name = skipSpace(end + (sign == '-' || sign == '+' ? 3 : 2));
            if (!source.startsWith("endraw", name)) {
                continue;
            }
            int close = skipSpace(name + 6);
            char last = close < source.length() ? source.charAt(close) : 0;
            int to = last == '-' || last == '+' ? close + 1 : close;
            if (!source.startsWith("%}", to)) {
                continue;
            }
            addData(from, textEnd(from, end, true, sign));
            at = to + 2;
            finish(last, true);
            return;
        }
        throw new TemplateException(Kind.SYNTAX, open, "raw has no endraw");
    }

    private void tag(int open, Token.Kind begin, Token.Kind end, String close) {
        tokens.add(new Token(begin, source.substring(open, open + 2), open));
        Deque<Character> brackets = new ArrayDeque<>();
        while (true) {
            at = skipSpace(at);
            if (at >= source.length()) {
                throw new TemplateException(Kind.SYNTAX, open, "a tag does not end");
            }
            if (brackets.isEmpty()) {
                char sign = source.charAt(at);
                boolean signed = sign == '-' || sign == '+' && end == Token.Kind.BLOCK_END;
                int stop = signed ? at + 1 : at;
                if (source.startsWith(close, stop)) {
                    tokens.add(new Token(end, close, at));
                    at = stop + 2;
                    finish(signed ? sign : 0, end == Token.Kind.BLOCK_END);
                    return;
                }
            }
            token(brackets);
        }
    }

    private void token(Deque<Character> brackets) {
        char c = source.charAt(at);
        if (c == '"' || c == '\'') {
            string(c);
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
            int from = at;
            while (at < source.length()
                    && (Character.isUnicodeIdentifierPart(source.charAt(at))
                            && !Character.isIdentifierIgnorable(source.charAt(at)))) {
                at++;
            }
            tokens.add(new Token(Token.Kind.NAME, source.substring(from, at), from));
        } else {
            operator(brackets);
        }
    }

    private void operator(Deque<Character> brackets) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                char c = operator.charAt(0);
                switch (c) {
                    case '(' -> brackets.push(')');
                    case '[' -> brackets.push(']');
                    case '{' -> brackets.push('}');
                    case ')', ']', '}' -> {
                        if (brackets.isEmpty() || brackets.pop() != c) {
                            throw new TemplateException(Kind.SYNTAX, at, "unexpected '" + c + "'");
                        }
                    }
                    default -> {}
                }
                tokens.add(new Token(Token.Kind.OPERATOR, operator, at));
                at += operator.length();
                return;
            }
        }
        throw new TemplateException(
                Kind.SYNTAX, at, "unexpected character '" + Character.toString(source.codePointAt(at)) + "'");
    }

    private void number() {
        int from = at;
        digits();
        boolean real = false;
        if (at + 1 < source.length() && source.charAt(at) == '.' && digit(at + 1)) {
            real = true;
            at++;
            digits();
        }
        if (at < source.length() && (source.charAt(at) | 32) == 'e') {
            int sign =
                    at + 1 < source.length() && (source.charAt(at + 1) == '+' || source.charAt(at + 1) == '-') ? 1 : 0;
            if (digit(at + 1 + sign)) {
                real = true;
                at += 1 + sign;
                digits();
            }
        }
        String text = source.substring(from, at).replace("_", "");
        if (!real && text.length() > 19) {
            throw new TemplateException(Kind.LIMIT, from, "an integer does not fit into 64 bits");
        }
        tokens.add(new Token(real ? Token.Kind.FLOAT : Token.Kind.INTEGER, text, from));
    }

    private void digits() {
        while (digit(at) || at < source.length() && source.charAt(at) == '_' && digit(at + 1)) {
            at++;
        }
    }

    private boolean digit(int i) {
        return i < source.length() && source.charAt(i) >= '0' && source.charAt(i) <= '9';
    }

    private void string(char quote) {
        int from = at++;
        StringBuilder text = new StringBuilder();
        while (at < source.length() && source.charAt(at) != quote) {
            char c = source.charAt(at++);
            if (c != '\\') {
                text.append(c);
            } else if (at < source.length()) {
                escape(text);
            }
        }
        if (at >= source.length()) {
            throw new TemplateException(Kind.SYNTAX, from, "a string does not end");
        }
        at++;
        tokens.add(new Token(Token.Kind.STRING, text.toString(), from));
    }

    private void escape(StringBuilder text) {
        char c = source.charAt(at++);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> text.append(c);
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'a' -> text.append('\u0007');
            case 'v' -> text.append('\u000b');
            case 'x' -> codePoint(text, 2);
            case 'u' -> codePoint(text, 4);
            case 'U' -> codePoint(text, 8);
            case 'N' -> named(text);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int value = c - '0';
                for (int i = 0;
                        i < 2 && at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '7';
                        i++) {
                    value = 8 * value + source.charAt(at++) - '0';
                }
                text.append((char) value);
            }
            default -> text.append('\\').append(c);
        }
    }

    private void named(StringBuilder text) {
        int end = source.startsWith("{", at) ? source.indexOf('}', at) : -1;
        if (end < 0 || end - at > 100) {
            throw new TemplateException(Kind.SYNTAX, at, "an escape \\N needs the name of a character in braces");
        }
        try {
            text.appendCodePoint(Character.codePointOf(source.substring(at + 1, end)));
        } catch (IllegalArgumentException e) {
            throw new TemplateException(Kind.SYNTAX, at, "no character has this name");
        }
        at = end + 1;
    }

    private void codePoint(StringBuilder text, int digits) {
        int end = at + digits;
        long value = 0;
        for (; at < end; at++) {
            int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : -1;
            if (digit < 0) {
                throw new TemplateException(Kind.SYNTAX, at, "an escape needs " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw new TemplateException(Kind.SYNTAX, at - digits, "an escape is no character");
        }
        text.appendCodePoint((int) value);
    }
}
