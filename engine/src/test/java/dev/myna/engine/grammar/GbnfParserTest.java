// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static dev.myna.engine.grammar.Texts.matches;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.GrammarException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GbnfParserTest {

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("root ::= \"yes\" | \"no\"", List.of("yes", "no"), List.of("", "y", "yesno", "maybe")),
                Arguments.of("root ::= \"\"", List.of(""), List.of("a")),
                Arguments.of("root ::= | \"a\"", List.of("", "a"), List.of("aa")),
                Arguments.of(
                        "root ::= \"a\" \"b\"* \"c\"+ \"d\"?", List.of("ac", "abbccd"), List.of("ab", "a", "acdd")),
                Arguments.of("root ::= (\"a\" | \"b\"){2}", List.of("ab", "bb"), List.of("a", "aba")),
                Arguments.of("root ::= \"a\"{2,}", List.of("aa", "aaaaa"), List.of("", "a")),
                Arguments.of("root ::= \"a\"{3,}\"b\"", List.of("aaab", "aaaaaaab"), List.of("aab")),
                Arguments.of("root ::= \"a\"{1,3}", List.of("a", "aa", "aaa"), List.of("", "aaaa")),
                Arguments.of("root ::= \"a\"{ 0 , 2 }", List.of("", "a", "aa"), List.of("aaa")),
                Arguments.of("root ::= \"a\"{0}\"b\"", List.of("b"), List.of("ab")),
                Arguments.of("root ::= \"ab\"{2}", List.of("abab"), List.of("abb")),
                Arguments.of("root ::= \"a\"*?", List.of("", "aa"), List.of("b")),
                Arguments.of("root ::= ((\"a\"?)*){2,}", List.of("", "a", "aaaa"), List.of("b")),
                Arguments.of("root ::= [a-c_x]", List.of("a", "b", "c", "_", "x"), List.of("d", "-", "ab")),
                Arguments.of("root ::= [a-]", List.of("a", "-"), List.of("b")),
                Arguments.of("root ::= [-a]", List.of("a", "-"), List.of("b")),
                Arguments.of("root ::= [^a-c]", List.of("d", "é", "字", "😀", "\n"), List.of("a", "c", "", "dd")),
                Arguments.of("root ::= .", List.of("a", "é", "字", "😀", "\u0000", "\n"), List.of("", "ab")),
                Arguments.of("root ::= [\\]\\[\\\\\\\"]", List.of("]", "[", "\\", "\""), List.of("a")),
                Arguments.of("root ::= \"\\n\\t\\r\\\"\\\\\\[\\]\"", List.of("\n\t\r\"\\[]"), List.of("n")),
                Arguments.of("root ::= \"\\x41\\u5b57\\U0001F600\\xe9\"", List.of("A字😀é"), List.of("A")),
                Arguments.of("root ::= [\\u0600-\\u06FF]+", List.of("اردو"), List.of("urdu", "")),
                Arguments.of("root ::= \"字\" [あ-ん]", List.of("字の"), List.of("字", "字字")),
                Arguments.of(
                        "# a comment\n\nroot ::= item # another\n\n  item ::=\n    \"a\" | # more\n  \"b\"\n",
                        List.of("a", "b"),
                        List.of("ab")),
                Arguments.of("root ::= \"a\"\n     | \"b\"\n\n # c\n | \"c\"", List.of("a", "b", "c"), List.of("d")),
                Arguments.of("root ::= (\n\"a\"\n|\n\"b\"\n)\r\nother ::= \"x\"", List.of("a", "b"), List.of("x")),
                Arguments.of(
                        "b ::= \"b\"\nroot ::= \"a\" root b | \"\"",
                        List.of("", "ab", "aaabbb"),
                        List.of("aab", "abb")),
                Arguments.of("root ::= my-Rule_2\nmy-Rule_2 ::= \"z\"", List.of("z"), List.of("")),
                Arguments.of("root ::= \"a\" | dead\ndead ::= \"b\" dead", List.of("a"), List.of("b")),
                Arguments.of("root ::= (\"b\" dead)? \"a\"\ndead ::= \"b\" dead", List.of("a"), List.of("ba", "b")));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptedGrammars(String grammar, List<String> texts, List<String> others) {
        Grammar parsed = Grammar.gbnf(grammar);
        texts.forEach(text -> assertTrue(matches(parsed, text), () -> "should match: " + text));
        others.forEach(text -> assertFalse(matches(parsed, text), () -> "should not match: " + text));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("", 1, 1, "without a rule named 'root'"),
                Arguments.of("a ::= \"b\"\n", 2, 1, "without a rule named 'root'"),
                Arguments.of("::= \"a\"", 1, 1, "expected the name of a rule, found ':'"),
                Arguments.of("root \"a\"", 1, 6, "expected ::= after the name of rule 'root', found '\"'"),
                Arguments.of("root ::= \"a\" )", 1, 14, "found ')'"),
                Arguments.of("root ::= (\"a\" | \"b\"", 1, 20, "expected ) for the ( of line 1, column 10"),
                Arguments.of("root ::= (\"a\" ;)", 1, 15, "found ';'"),
                Arguments.of("root ::= \"abc", 1, 10, "expected \" at the end of this literal"),
                Arguments.of("root ::= [abc", 1, 10, "expected ] at the end of this class"),
                Arguments.of("root ::= []", 1, 10, "no character is in this class"),
                Arguments.of("root ::= [^\\x00-\\U0010FFFF]", 1, 10, "no character is in this class"),
                Arguments.of("root ::= [z-a]", 1, 11, "ends below its beginning"),
                Arguments.of("root ::= \"a\\q\"", 1, 12, "unknown escape \\q"),
                Arguments.of("root ::= \"a\\", 1, 12, "expected a character after \\"),
                Arguments.of("root ::= \"\\x4g\"", 1, 14, "expected 2 hexadecimal digits, found 'g'"),
                Arguments.of("root ::= \"\\ud800\"", 1, 11, "U+D800 is not a character"),
                Arguments.of("root ::= \"\\U00110000\"", 1, 11, "U+110000 is not a character"),
                Arguments.of("root ::= * \"a\"", 1, 10, "'*' needs something to repeat"),
                Arguments.of("root ::= \"a\" | + \"a\"", 1, 16, "'+' needs something to repeat"),
                Arguments.of("root ::= \"a\"{}", 1, 14, "expected a number of repetitions, found '}'"),
                Arguments.of("root ::= \"a\"{1", 1, 15, "expected } after a number of repetitions"),
                Arguments.of("root ::= \"a\"{3,2}", 1, 17, "{3,2} ends below its beginning"),
                Arguments.of("root ::= \"a\"{0,1000000}", 1, 16, "1000000 repetitions; at most 65536"),
                Arguments.of("root ::= \"a\"{99999999999999999999}", 1, 14, "at most 65536"),
                Arguments.of("root ::= \"é字😀\" other", 1, 16, "rule 'other' is not defined"),
                Arguments.of("root ::= \"a\"\n\n  x ::= (\"b\"\n y) \"c\"", 4, 2, "rule 'y' is not defined"),
                Arguments.of("root ::= \"a\"\nroot ::= \"b\"", 2, 1, "defined twice, first in line 1"),
                Arguments.of("root ::= root \"a\" | \"b\"", 1, 1, "rule 'root' begins with itself (root -> root)"),
                Arguments.of("root ::= x\r\nx ::= \"a\"? y\r\ny ::= x | \"b\"", 2, 1, "(x -> y -> x)"),
                Arguments.of("root ::= (\"a\"*)* root", 1, 1, "begins with itself"),
                Arguments.of("root ::= \"a\" root", 1, 1, "can never end"),
                Arguments.of("root ::= <think>", 1, 10, "tokens in grammars are not supported"),
                Arguments.of("root ::= \"a\" $", 1, 14, "expected the next part of rule 'root' or the end of the line"),
                Arguments.of("root ::= " + "(".repeat(200), 1, 138, "nested more than 128 deep"),
                Arguments.of("root ::= \"a\"" + "*".repeat(200), 1, 142, "more than 128 repetitions of one part"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusedGrammars(String grammar, int line, int column, String problem) {
        String message = assertThrows(GrammarException.class, () -> Grammar.gbnf(grammar))
                .getMessage();
        String place = "grammar, line " + line + ", column " + column + ": ";
        assertEquals(place, message.substring(0, Math.min(place.length(), message.length())), message);
        assertTrue(message.contains(problem), message);
    }

    /** The grammars that llama.cpp ships for JSON and arithmetic, as far as this notation goes. */
    @Test
    void publishedGrammars() {
        Grammar json = Grammar.gbnf("""
                root   ::= object
                value  ::= object | array | string | number | ("true" | "false" | "null") ws

                object ::=
                  "{" ws (
                            string ":" ws value
                    ("," ws string ":" ws value)*
                  )? "}" ws

                array  ::=
                  "[" ws (
                            value
                    ("," ws value)*
                  )? "]" ws

                string ::=
                  "\\"" (
                    [^"\\\\\\x7F\\x00-\\x1F] |
                    "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
                  )* "\\"" ws

                number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws

                # Optional space: by convention, applied in this grammar after literal chars when allowed
                ws ::= | " " | "\\n" [ \\t]{0,20}
                """);
        assertTrue(matches(json, "{\"a\": [1, -2.5e3, \"x\\n\\u00e9 字\"],\n  \"b\": {} }"));
        assertFalse(matches(json, "{\"a\": 1,}"));
        assertFalse(matches(json, "[1]"));
        Grammar arithmetic = Grammar.gbnf("""
                root  ::= (expr "=" ws term "\\n")+
                expr  ::= term ([-+*/] term)*
                term  ::= ident | num | "(" ws expr ")" ws
                ident ::= [a-z] [a-z0-9_]* ws
                num   ::= [0-9]+ ws
                ws    ::= [ \\t\\n]*
                """);
        assertTrue(matches(arithmetic, "(a1+2)*3=x\n1 = 1\n"));
        assertFalse(matches(arithmetic, "(a1+2*3=x\n"));
    }
}
