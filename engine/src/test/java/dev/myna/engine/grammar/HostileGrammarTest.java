// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.schema.SchemaValues;
import dev.myna.engine.text.SmallVocabularies;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Grammars made to hurt: they end in the typed error or in a small answer, never in anything else. */
class HostileGrammarTest {
    private static final TokenTrie TRIE = new TokenTrie(SmallVocabularies.bpe());

    @Test
    void ambiguityTakesNoExponentialTime() {
        // 2^n stacks, and 3^n ways to read n letters.
        Grammar stacks = Grammar.gbnf("root ::= a\na ::= \"x\" a \"y\" | \"x\" a \"z\" | \"x\"");
        Grammar ways = Grammar.gbnf("root ::= s\ns ::= \"x\" s s | \"x\" s | \"x\"");
        String letters = "x".repeat(300);
        assertTrue(Texts.matches(stacks, letters + "yz".repeat(149) + "y"));
        assertFalse(Texts.matches(stacks, letters + "yz".repeat(151)));
        assertTrue(Texts.matches(ways, letters));
        Grammar nested = Grammar.gbnf("root ::= ((((\"x\"*)*)*)+)* \"y\"");
        assertTrue(Texts.matches(nested, letters + "y"));
        Grammar counted = Grammar.gbnf("root ::= (\"x\" | \"xx\"){100,5000} \"y\"");
        assertTrue(Texts.matches(counted, letters + "y"));
        assertFalse(Texts.matches(counted, "x".repeat(99) + "y"));
    }

    @Test
    void callsThatFanOutAreShared() {
        StringBuilder text = new StringBuilder("root ::= r0\n");
        for (int i = 0; i < 40; i++) {
            text.append("r%d ::= r%d \"a\" | r%d \"b\" | r%d \"c\"\n".formatted(i, i + 1, i + 1, i + 1));
        }
        text.append("r40 ::= \"x\"");
        Grammar grammar = Grammar.gbnf(text.toString());
        assertTrue(Texts.matches(grammar, "x" + "abca".repeat(10)));
    }

    @Test
    void workForOneTokenIsBounded() {
        // Every loop may end anywhere, in each of many copies.
        Grammar grammar = Grammar.gbnf("root ::= " + "((\"x\"? \"x\"?){0,60000} \"y\"?){0,60000} ".repeat(4) + "\"z\"");
        assertThrows(GrammarException.class, () -> new RandomWalk(TRIE, 1).run(grammar));
    }

    @Test
    void longListsAndDeepTextsNeedNoDeepStack() {
        Grammar list = Grammar.gbnf("root ::= \"a\" root | \"b\"");
        assertTrue(Texts.matches(list, "a".repeat(100_000) + "b"));
        Grammar deep = Grammar.gbnf("root ::= \"(\" root \")\" | \"\"");
        assertTrue(Texts.matches(deep, "(".repeat(50_000) + ")".repeat(50_000)));
        assertFalse(Texts.matches(deep, "(".repeat(50_000) + ")".repeat(49_999)));
    }

    @Test
    void manyRulesAndLongChains() {
        StringBuilder chain = new StringBuilder("root ::= r0\n");
        for (int i = 0; i < 4000; i++) {
            chain.append("r").append(i).append(" ::= r").append(i + 1).append("\n");
        }
        assertTrue(Texts.matches(Grammar.gbnf(chain + "r4000 ::= \"a\""), "a"));
        String message = assertThrows(GrammarException.class, () -> Grammar.gbnf(chain + "r4000 ::= r0"))
                .getMessage();
        assertTrue(message.length() < 600, message);
        assertThrows(GrammarException.class, () -> Grammar.gbnf(chain.toString().repeat(2)));
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            many.append("r").append(i).append(" ::= \"a\"\n");
        }
        assertTrue(assertThrows(GrammarException.class, () -> Grammar.gbnf(many.toString()))
                .getMessage()
                .contains("at most 4096"));
        assertThrows(GrammarException.class, () -> Grammar.gbnf("root ::= \"" + "a".repeat(300_000) + "\""));
        assertThrows(GrammarException.class, () -> Grammar.gbnf("root ::= " + "\"a\" ".repeat(65_000) + "x"));
    }

    @Test
    void whatNoTokenCanSayIsAnError() {
        // The first five tokens are punctuation.
        Grammar grammar = Grammar.gbnf("root ::= \"a\"");
        GrammarMask mask = grammar.mask(TRIE);
        float[] scores = new float[TRIE.size()];
        assertThrows(GenerationException.class, () -> mask.apply(scores, 5));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomGrammarTexts(long seed) {
        String[] parts = {
            "root",
            " ::= ",
            "\"a\"",
            "\"",
            "[",
            "]",
            "^",
            "-",
            "a",
            "(",
            ")",
            "|",
            "*",
            "+",
            "?",
            "{",
            "}",
            ",",
            "1",
            "70000",
            "\n",
            " ",
            "#",
            "\\",
            "x",
            "u12",
            ".",
            "é",
            "😀",
            "\ud800",
            "\u0000",
            "\r",
            "<",
            "!",
            "b ::= root\n",
            "b",
            "{0,3}"
        };
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        for (int i = 0; i < 4000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "root ::= \"a\" " : "");
            for (int count = random.nextInt(14); count > 0; count--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            try {
                Grammar grammar = Grammar.gbnf(text.toString());
                accepted++;
                Texts.matches(grammar, "aab");
            } catch (GrammarException e) {
                assertTrue(e.getMessage().startsWith("grammar"), e.getMessage());
            }
        }
        assertTrue(accepted > 200, "only " + accepted + " were grammars");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomSchemas(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        for (int i = 0; i < 4000; i++) {
            Map<String, Object> schema = schema(random, 3);
            try {
                Grammar grammar = Grammar.jsonSchema(schema);
                accepted++;
                Texts.matches(grammar, "{\"a\": 1}");
            } catch (GrammarException e) {
                assertTrue(
                        e.getMessage().startsWith("JSON schema")
                                || e.getMessage().startsWith("grammar"),
                        e.getMessage());
            }
        }
        assertTrue(accepted > 100, "only " + accepted + " were supported");
    }

    private static final String[] KEYWORDS = {
        "type",
        "type",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "enum",
        "const",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "anyOf",
        "oneOf",
        "allOf",
        "$ref",
        "$defs",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "nullable",
        "title",
        "not",
        "uniqueItems"
    };

    private static Map<String, Object> schema(SplittableRandom random, int depth) {
        Map<String, Object> schema = new LinkedHashMap<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            String keyword = KEYWORDS[random.nextInt(KEYWORDS.length)];
            schema.put(keyword, value(keyword, random, depth));
        }
        return schema;
    }

    private static Object value(String keyword, SplittableRandom random, int depth) {
        if (depth == 0 || random.nextInt(10) == 0) {
            Object[] odd = {
                null,
                true,
                false,
                0,
                -1,
                1e300,
                2.5,
                "",
                "object",
                "string",
                "#",
                "#/$defs/a",
                "^a*$",
                "date",
                List.of(),
                Map.of()
            };
            return odd[random.nextInt(odd.length)];
        }
        return switch (keyword) {
            case "type" -> SchemaValues.TYPES.get(random.nextInt(SchemaValues.TYPES.size()));
            case "properties", "$defs" -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (String name : new String[] {"a", "b", "é"}) {
                    map.put(name, schema(random, depth - 1));
                }
                yield map;
            }
            case "items", "additionalProperties", "not" -> schema(random, depth - 1);
            case "anyOf", "oneOf", "allOf", "prefixItems" -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    list.add(schema(random, depth - 1));
                }
                yield list;
            }
            case "required" -> List.of("a");
            case "enum" -> List.of(1, "a", true);
            case "$ref" -> random.nextBoolean() ? "#/$defs/a" : "#";
            case "pattern" -> "^[a-c]{1,3}(x|y)?$";
            case "format" -> "date";
            case "nullable", "uniqueItems" -> random.nextBoolean();
            default -> random.nextInt(5);
        };
    }
}
