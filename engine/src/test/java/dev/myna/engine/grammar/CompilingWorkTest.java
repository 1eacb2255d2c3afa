// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.GrammarException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiling takes work that the text's length bounds, and ends at an interrupt. */
class CompilingWorkTest {
    /** What takes the budget takes a second; what was quadratic took minutes. */
    private static final Duration HANG = Duration.ofSeconds(20);

    /** Compiled or refused by the typed error, in time. Returns the error's message, or "". */
    private static String compile(Map<String, Object> schema) {
        return assertTimeoutPreemptively(HANG, () -> {
            try {
                Grammar.jsonSchema(schema);
                return "";
            } catch (GrammarException e) {
                assertTrue(e.getMessage().length() < 600, e.getMessage());
                return e.getMessage();
            }
        });
    }

    private static String compile(String gbnf) {
        return assertTimeoutPreemptively(HANG, () -> {
            try {
                Grammar.gbnf(gbnf);
                return "";
            } catch (GrammarException e) {
                return e.getMessage();
            }
        });
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "p" + i).toList();
    }

    private static Map<String, Object> properties(int count, Object value) {
        Map<String, Object> properties = new LinkedHashMap<>();
        names(count).forEach(name -> properties.put(name, value));
        return properties;
    }

    /** Characters of different sorts, so that no two of them make a range. */
    private static String characters(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.appendCodePoint(0x4E00 + 2 * i);
        }
        return text.toString();
    }

    @Test
    void classesOfManyCharacters() {
        String pattern = "^[" + characters(4000) + "]$";
        Map<String, Object> properties = new LinkedHashMap<>();
        for (int i = 0; i < 80; i++) {
            properties.put("p" + i, Map.of("type", "string", "pattern", pattern.replace("]$", i + "]$")));
        }
        assertEquals("", compile(Map.of("properties", properties)));
    }

    @Test
    void patternsWhoseCharactersHaveManySpellings() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            properties.put("p" + i, Map.of("type", "string", "pattern", "^" + "[^a]".repeat(1000) + "$"));
        }
        compile(Map.of("properties", properties));
        // One of them is no work at all.
        assertEquals("", compile(Map.of("type", "string", "pattern", "^" + "[^a]".repeat(1000) + "$")));
    }

    @Test
    void keysBesideThoseOfManyBeginnings() {
        Map<String, Object> properties = new LinkedHashMap<>();
        characters(12_000).codePoints().forEach(c -> properties.put(Character.toString(c), Map.of("type", "null")));
        compile(Map.of("properties", properties, "additionalProperties", true));
        Map<String, Object> fewer = new LinkedHashMap<>();
        characters(900).codePoints().forEach(c -> fewer.put(Character.toString(c), Map.of("type", "null")));
        assertEquals("", compile(Map.of("properties", fewer, "additionalProperties", true)));
    }

    @Test
    void requiredNamesThatShareALargeSchema() {
        Map<String, Object> large = Map.of("enum", names(5000));
        assertEquals("", compile(Map.of("required", names(1000), "additionalProperties", large)));
    }

    @Test
    void valuesOfAnEnumBesideManyTypes() {
        assertEquals("", compile(Map.of("enum", names(30_000), "type", Collections.nCopies(30_000, "string"))));
        assertTrue(compile(Map.of("enum", names(200_000))).contains("too large"));
    }

    @Test
    void membersThatSayTheSameLargeThing() {
        Map<String, Object> a = Map.of("properties", Map.of("x", Map.of("enum", names(10_000))));
        Map<String, Object> b = Map.of("properties", Map.of("x", Map.of("enum", names(10_000))));
        List<Object> members = new ArrayList<>(List.of(Map.of("$ref", "#/$defs/a")));
        members.addAll(Collections.nCopies(10_000, Map.of("$ref", "#/$defs/b")));
        assertTrue(compile(Map.of("allOf", members, "$defs", Map.of("a", a, "b", b)))
                .contains("too large"));
        Map<String, Object> wide = Map.of("properties", properties(2000, Map.of()));
        compile(Map.of("allOf", Collections.nCopies(10_000, Map.of("$ref", "#/$defs/a")), "$defs", Map.of("a", wide)));
    }

    @Test
    void referencesThatLeadOnAndOn() {
        Map<String, Object> chain = new LinkedHashMap<>();
        for (int i = 0; i < 3000; i++) {
            chain.put("d" + i, Map.of("$ref", "#/$defs/d" + (i + 1) % 3000));
        }
        assertTrue(compile(Map.of("$ref", "#/$defs/d0", "$defs", chain)).contains("begins with itself"));
        Map<String, Object> branching = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            Object next = Map.of("$ref", "#/$defs/d" + Math.min(59, i + 1));
            branching.put(
                    "d" + i,
                    i == 59
                            ? Map.of("type", "null")
                            : Map.of("type", "object", "properties", Map.of("a", next, "b", next)));
        }
        assertEquals("", compile(Map.of("$ref", "#/$defs/d0", "$defs", branching)));
        // A long name, asked for often.
        String name = "n".repeat(100_000);
        assertTrue(compile(Map.of(
                        "anyOf",
                        Collections.nCopies(10_000, Map.of("$ref", "#/$defs/" + name)),
                        "$defs",
                        Map.of(name, Map.of())))
                .contains("too large"));
    }

    @Test
    void optionsOfOptions() {
        Object schema = Map.of("type", "null");
        for (int i = 0; i < 60; i++) {
            schema = Map.of("anyOf", List.of(schema, schema));
        }
        Map<String, Object> doubled = Map.of("items", schema);
        String message = compile(doubled);
        assertTrue(message.contains("too large"), message);
    }

    @Test
    void countsWithoutEnd() {
        for (Object huge : new Object[] {1_000_000_000, 1e18, new BigDecimal("1e999999999"), Long.MAX_VALUE}) {
            assertEquals("", compile(Map.of("type", "string", "maxLength", huge)), "" + huge);
            assertEquals("", compile(Map.of("type", "array", "maxItems", huge)), "" + huge);
            assertTrue(compile(Map.of("type", "string", "minLength", huge)).contains("must be from 0"), "" + huge);
            assertTrue(compile(Map.of("type", "array", "minItems", huge)).contains("must be from 0"), "" + huge);
        }
        Object nested = Map.of("type", "string", "minLength", 65_536);
        for (int i = 0; i < 30; i++) {
            nested = Map.of("type", "array", "items", nested, "minItems", 65_536, "maxItems", 65_536);
        }
        assertEquals("", compile(Map.of("properties", Map.of("a", nested))));
    }

    /** Exponents are not expanded. */
    @ParameterizedTest
    @ValueSource(strings = {"1e-999999999", "-1e-999999999", "0e-999999999", "0e999999999", "1.5e-2000000000", "3.0"})
    void tinyNumbers(String number) {
        BigDecimal bound = new BigDecimal(number);
        for (String keyword : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
            assertEquals("", compile(Map.of("type", "integer", keyword, bound)), keyword);
            compile(Map.of("type", "number", keyword, bound));
        }
        compile(Map.of("type", "string", "maxLength", bound));
        assertEquals("", compile(Map.of("enum", List.of(bound))));
        assertEquals("", compile(Map.of("const", bound, "type", List.of("integer", "number"))));
    }

    @Test
    void boundsAreRoundedAsNumbersAre() {
        Grammar above = Grammar.jsonSchema(Map.of("type", "integer", "minimum", new BigDecimal("1e-999999999")));
        assertTrue(Texts.matches(above, "1") && !Texts.matches(above, "0") && !Texts.matches(above, "-1"));
        Grammar below = Grammar.jsonSchema(Map.of("type", "integer", "maximum", new BigDecimal("-1e-999999999")));
        assertTrue(Texts.matches(below, "-1") && !Texts.matches(below, "0"));
        Grammar between = Grammar.jsonSchema(
                Map.of("type", "integer", "minimum", new BigDecimal("-2.5"), "maximum", new BigDecimal("1.5")));
        for (int i = -4; i < 4; i++) {
            assertEquals(i >= -2 && i <= 1, Texts.matches(between, "" + i), "" + i);
        }
    }

    @Test
    void hugeNumbersAreRefused() {
        BigInteger million = BigInteger.ONE.shiftLeft(3_000_000);
        for (Object huge : new Object[] {million, new BigDecimal(million), new BigDecimal(million, 900_000)}) {
            assertTrue(compile(Map.of("type", "integer", "minimum", huge)).contains("more than 300 digits"));
            assertTrue(compile(Map.of("enum", List.of(huge))).contains("more than 300 digits"));
        }
        assertTrue(compile(Map.of("type", "integer", "minimum", new BigDecimal("1e999999999")))
                .contains("bounds of"));
    }

    /** Groups and repetitions within each other: one limit for both, whatever thread compiles. */
    @Test
    void groupsTimesRepetitions() throws InterruptedException {
        String product = "root ::= " + "(".repeat(60) + "\"a\"" + (")" + "+".repeat(60)).repeat(60);
        String message = compile(product);
        assertTrue(message.contains("nested more than"), message);
        String deepest = "root ::= " + "(".repeat(30) + "\"a\"" + (")" + "?".repeat(30)).repeat(30);
        AtomicReference<Object> result = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        result.set(Grammar.gbnf(deepest));
                    } catch (Throwable e) {
                        result.set(e);
                    }
                },
                "small stack",
                512 << 10);
        small.start();
        small.join();
        assertInstanceOf(Grammar.class, result.get());
        assertTrue(Texts.matches((Grammar) result.get(), "a"));
    }

    /** Each rule's property becomes known after that of the next, and a large rule refers to all of them. */
    @Test
    void rulesThatBecomeKnownOneByOne() {
        StringBuilder text = new StringBuilder("root ::= ");
        for (int i = 0; i < 4000; i++) {
            text.append("r").append(i).append(" \"a\" \"b\" \"c\" \"d\" ");
        }
        for (int i = 0; i < 4000; i++) {
            text.append("\nr").append(i).append(" ::= r").append(i + 1).append("?");
        }
        assertEquals("", compile(text + "\nr4000 ::= \"x\"?"));
    }

    @Test
    void otherGrammarsOfManyParts() {
        assertEquals("", compile("root ::= " + "(".repeat(100) + "\"a\"? ".repeat(5000) + ")".repeat(100)));
        compile("root ::= " + "\"a\"{0,65536} ".repeat(20_000));
        compile("root ::= [" + characters(60_000) + "]");
        compile("root ::= " + "[^\"] ".repeat(50_000));
        compile("root ::= " + "root2 ".repeat(40_000) + "\nroot2 ::= [\\U00000001-\\U0010FFFF]");
        compile("root ::= " + "x".repeat(260_000));
        compile("# " + "\n".repeat(260_000));
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        try {
            String message = assertThrows(
                            GrammarException.class,
                            () -> Grammar.jsonSchema(Map.of("properties", properties(5000, Map.of("type", "null")))))
                    .getMessage();
            assertTrue(message.contains("interrupted"), message);
            assertTrue(Thread.currentThread().isInterrupted());
            assertThrows(GrammarException.class, () -> Grammar.gbnf("root ::= " + "\"a\" ".repeat(5000)));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    /** What users write is far from the limit. */
    @Test
    void largeOrdinarySchemas() {
        Map<String, Object> leaf = Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "name",
                        Map.of("type", "string", "maxLength", 100),
                        "when",
                        Map.of("type", "string", "format", "date-time"),
                        "kind",
                        Map.of("enum", names(30)),
                        "count",
                        Map.of("type", "integer", "minimum", 0, "maximum", 1_000_000)),
                "required",
                List.of("name", "when", "kind", "count"),
                "additionalProperties",
                false);
        assertEquals("", compile(Map.of("type", "object", "properties", properties(200, leaf))));
    }

    @Test
    void messagesAreOnePrintableLine() {
        String ugly = "\u0007\u001b[31m\u202e\u2028\ud800" + "x".repeat(10_000);
        for (Map<String, Object> schema : List.<Map<String, Object>>of(
                Map.of(ugly, 1),
                Map.of("type", ugly),
                Map.of("$ref", ugly),
                Map.of("$ref", "#/$defs/" + ugly),
                Map.of("type", "string", "format", ugly),
                Map.of("properties", Map.of(ugly, Map.of("not", 1))),
                Map.of("type", "object", "required", List.of(ugly), "additionalProperties", false),
                Map.of("type", "string", "pattern", "^\\\u202e$"))) {
            requireHarmless(compile(schema));
        }
        requireHarmless(compile("root ::= \u202e"));
        requireHarmless(compile("root ::= \"\\\u0007\""));
        requireHarmless(compile("root ::= " + "n".repeat(10_000)));
        requireHarmless(compile("n".repeat(10_000) + " ::= x\n" + "n".repeat(10_000) + " ::= x"));
    }

    private static void requireHarmless(String message) {
        assertTrue(!message.isEmpty() && message.length() < 600, message);
        assertTrue(
                message.codePoints()
                        .noneMatch(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.SURROGATE
                                || c == 0x2028),
                message);
    }
}
