// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any JSON object, against a checker of its own. */
class JsonGrammarTest {
    private final Grammar json = Grammar.json();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " {}",
                "{ }",
                "{\"a\":1}",
                "{\"a\": [ ], \"b\": [[], {}], \"\": null}",
                "{\n  \"a\": [\n    1,\n    -0.5e-10\n  ],\n  \"b\": true\n}",
                "{\"\\u00e9\\n\\\"\\\\\\/\": \"\\ud83d\\ude00\", \"字\": \"😀\"}",
                "{\"n\": 1234567890123456, \"m\": 0, \"k\": -10}"
            })
    void objects(String text) {
        assertTrue(Texts.matches(json, text));
        assertTrue(JsonChecker.isObject(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{}}",
                "{} ",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":1,}",
                "{\"a\":[1,]}",
                "{,}",
                "{\"a\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\ude00\"}",
                "{\"a\":tru}",
                "{\"a\":12345678901234567}",
                "{\"a\":  1}",
                "{'a':1}"
            })
    void others(String text) {
        assertFalse(Texts.matches(json, text));
    }

    @Test
    void tenScriptsInKeysAndValues() {
        for (Language language : Language.values()) {
            assertTrue(Texts.matches(json, "{\"" + language.nativeName() + "\": \"" + language.describe() + "\"}"));
        }
    }

    /** Documents as writers make them are allowed; what is left of them after damage is allowed only if it is JSON. */
    @Test
    void randomDocumentsWholeAndDamaged() {
        int damaged = 0;
        int stillJson = 0;
        for (int seed = 0; seed < 3000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder document = new StringBuilder();
            object(random, 3, random.nextInt(3), 0, document);
            String text = document.toString();
            assertTrue(JsonChecker.isObject(text), text);
            assertTrue(Texts.matches(json, text), "seed " + seed + ": " + text);
            int at = random.nextInt(document.length());
            switch (random.nextInt(3)) {
                case 0 -> document.deleteCharAt(at);
                case 1 -> document.insert(at, "{}[]\",:\\0eE.-+tfn \n\u0001".charAt(random.nextInt(20)));
                default -> document.setLength(at);
            }
            if (Texts.matches(json, document.toString())) {
                stillJson++;
                assertTrue(JsonChecker.isObject(document.toString()), "seed " + seed + ": " + document);
            } else {
                damaged++;
            }
        }
        assertTrue(damaged > 1000 && stillJson > 100, damaged + " damaged, " + stillJson + " still JSON");
    }

    private static void value(SplittableRandom random, int depth, int style, int indent, StringBuilder out) {
        switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> out.append(random.nextInt(-1000, 1000));
            case 1 -> out.append(random.nextInt(100)).append('.').append(random.nextInt(100)).append("e-3");
            case 2 -> out.append(random.nextBoolean());
            case 3 -> out.append("null");
            case 4 -> string(random, out);
            case 5 -> object(random, depth - 1, style, indent, out);
            default -> {
                out.append('[');
                int count = random.nextInt(4);
                for (int i = 0; i < count; i++) {
                    separate(style, indent + 1, i > 0, out);
                    value(random, depth - 1, style, indent + 1, out);
                }
                separate(style, indent, false, out);
                out.append(']');
            }
        }
    }

    private static void object(SplittableRandom random, int depth, int style, int indent, StringBuilder out) {
        out.append('{');
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            separate(style, indent + 1, i > 0, out);
            string(random, out);
            out.append(style == 0 ? ":" : ": ");
            value(random, depth, style, indent + 1, out);
        }
        separate(style, indent, false, out);
        out.append('}');
    }

    /** Compact, on one line, or indented. */
    private static void separate(int style, int indent, boolean comma, StringBuilder out) {
        out.append(comma ? "," : "").append(style == 2 ? "\n" + "  ".repeat(indent) : style == 1 && comma ? " " : "");
    }

    private static void string(SplittableRandom random, StringBuilder out) {
        String[] parts = {"a", "key", "é", "字", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", " ", "اردو"};
        out.append('"');
        for (int count = random.nextInt(4); count > 0; count--) {
            out.append(parts[random.nextInt(parts.length)]);
        }
        out.append('"');
    }
}
