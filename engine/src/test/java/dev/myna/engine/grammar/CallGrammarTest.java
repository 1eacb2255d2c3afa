// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.myna.engine.grammar.rules.Rule;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.RuleSet;
import dev.myna.engine.grammar.rules.Work;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.engine.tools.AnswerReader;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.jr.ob.JSON;

/** Whatever a model writes under a grammar of calls is read as calls whose arguments satisfy their schemas. */
class CallGrammarTest {
    private static final List<TokenTrie> TRIES =
            List.of(new TokenTrie(SmallVocabularies.spm()), new TokenTrie(SmallVocabularies.bpe()));

    /** Times eight notations: a thousand schemas. */
    private static final int SCHEMAS = 125;

    private static final int PATIENCE = 40;
    private static final int MOST = 3000;

    /** What ends something. */
    private static final List<String> CLOSERS = List.of(
            "\"",
            "</function>",
            "<end_function_call>",
            "}",
            "]",
            ")",
            "\n</tool_call>",
            "\n```",
            "<|END_ACTION|>",
            ":",
            "\n",
            "0",
            "\\",
            "u",
            "n",
            "True",
            "true",
            "null",
            "=",
            " ");

    @ParameterizedTest
    @EnumSource
    void argumentsSatisfyRandomSchemas(ToolFormat format) {
        for (int seed = 0; seed < SCHEMAS; seed++) {
            SplittableRandom random = new SplittableRandom(1000L * format.ordinal() + seed);
            List<Tool> tools = List.of(
                    new Tool("first_tool", null, schema(random, format, 0)),
                    new Tool("second.tool-2", "the other one", schema(random, format, 0)));
            boolean many = random.nextBoolean();
            Grammar.Calls calls = Grammar.calls(format, tools, many, false);
            assertEquals(List.of(), calls.loose());
            String text = walk(calls.grammar(), TRIES.get(seed % 2), textEnd(format), random);
            List<AnswerEvent> events = read(format, tools, many, text);
            check(tools, many, events, format + " " + seed + ": " + text);
        }
    }

    private static List<AnswerEvent> read(ToolFormat format, List<Tool> tools, boolean many, String text) {
        AnswerReader reader = new AnswerReader(format, tools, null, many, () -> "id");
        List<AnswerEvent> events = new ArrayList<>();
        for (String piece : text.split("(?<=\\G.{3})")) {
            events.addAll(reader.accept(piece));
        }
        events.addAll(reader.finish());
        return events;
    }

    private static void check(List<Tool> tools, boolean many, List<AnswerEvent> events, String what) {
        Map<Integer, String> names = new LinkedHashMap<>();
        Map<Integer, String> arguments = new LinkedHashMap<>();
        for (AnswerEvent event : events) {
            switch (event) {
                case AnswerEvent.Call call -> names.put(call.index(), call.name());
                case AnswerEvent.Arguments piece -> arguments.merge(piece.index(), piece.json(), String::concat);
                default -> throw new AssertionError(event + " in " + what);
            }
        }
        assertTrue(many ? !names.isEmpty() : names.size() == 1, what);
        names.forEach((index, name) -> {
            Tool tool = tools.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            Map<String, Object> schema = new LinkedHashMap<>(tool.parameters());
            assertEquals(
                    List.of(),
                    SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(JSON.std.asString(schema))
                            .validate(arguments.get(index), InputFormat.JSON)
                            .stream()
                            .map(Object::toString)
                            .toList(),
                    () -> what + " => " + arguments.get(index));
        });
    }

    /** A model without sense, that closes what is open when it has written enough. */
    private static String walk(Grammar grammar, TokenTrie trie, String textEnd, SplittableRandom random) {
        GrammarMask mask = grammar.mask(trie);
        float[] scores = new float[trie.size()];
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int step = 0; step < MOST; step++) {
            if (mask.mayEnd() && (step > PATIENCE || random.nextInt(3) == 0)) {
                return RandomWalk.text(answer.toByteArray());
            }
            byte[] next = step > PATIENCE ? closer(mask, textEnd) : null;
            if (next == null) {
                Arrays.fill(scores, 0);
                mask.apply(scores, scores.length);
                int[] allowed = IntStream.range(0, scores.length)
                        .filter(id -> scores[id] == 0 && !trie.tokenizer().isEndOfGeneration(id))
                        .toArray();
                if (allowed.length == 0) {
                    assertTrue(mask.complete());
                    return RandomWalk.text(answer.toByteArray());
                }
                int id = allowed[random.nextInt(allowed.length)];
                mask.accept(id);
                next = trie.tokenizer().bytes(id);
            }
            answer.writeBytes(next);
        }
        throw new AssertionError("no end: " + answer.toString(StandardCharsets.UTF_8));
    }

    /** What ends a text that is written without quotes: nothing that could stand in it. */
    private static String textEnd(ToolFormat format) {
        return switch (format) {
            case QWEN3CODER -> "\n</parameter>\n";
            case FUNCTIONGEMMA -> "<escape>";
            default -> "\"";
        };
    }

    private static byte[] closer(GrammarMask mask, String textEnd) {
        if (mask.accept(textEnd.getBytes(StandardCharsets.UTF_8))) {
            return textEnd.getBytes(StandardCharsets.UTF_8);
        }
        for (String closer : CLOSERS) {
            byte[] bytes = closer.getBytes(StandardCharsets.UTF_8);
            if (mask.accept(bytes)) {
                return bytes;
            }
        }
        return null;
    }

    private static Map<String, Object> schema(SplittableRandom random, ToolFormat format, int depth) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        String[] names = {"city", "日付", "unit_2", "x"};
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = names[i];
            properties.put(name, value(random, format, depth));
            if (random.nextBoolean()) {
                required.add(name);
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", required);
        schema.put("additionalProperties", false);
        return schema;
    }

    private static Map<String, Object> value(SplittableRandom random, ToolFormat format, int depth) {
        return switch (random.nextInt(depth < 2 ? 10 : 7)) {
            case 0 -> Map.of("type", "integer");
            case 1 -> Map.of("type", "number");
            case 2 -> Map.of("type", "boolean");
            case 3 -> Map.of("type", List.of("string", "null"));
            case 4 -> Map.of("enum", List.of("celsius", "بلی", "a\"b"));
            case 5 -> Map.of("anyOf", List.of(Map.of("type", "integer"), Map.of("type", "null")));
            case 6 -> Map.of("type", "string");
            case 7 -> Map.of("type", "array", "items", value(random, format, depth + 1));
            case 8 -> Map.of("enum", List.of(1, "two", true));
            default -> schema(random, format, depth + 1);
        };
    }

    /** What a schema asks for that cannot be had is said, and any object may come. */
    @Test
    void aSchemaThatIsNotSupportedIsNamed() {
        Tool odd = new Tool("odd", null, Map.of("type", "object", "properties", Map.of("a", Map.of("not", Map.of()))));
        Tool even = new Tool(
                "even",
                null,
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("a", Map.of("type", "integer")),
                        "required",
                        List.of("a")));
        Grammar.Calls calls = Grammar.calls(ToolFormat.HERMES, List.of(odd, even), false, true);
        assertEquals(List.of("odd"), calls.loose());
        assertTrue(Texts.matches(calls.grammar(), "\n{\"name\": \"odd\", \"arguments\": {\"b\": [1]}}\n</tool_call>"));
        assertTrue(Texts.matches(calls.grammar(), "{\"name\": \"even\", \"arguments\": {\"a\": 1}}</tool_call>"));
        assertFalse(
                Texts.matches(calls.grammar(), "\n{\"name\": \"even\", \"arguments\": {\"a\": \"1\"}}\n</tool_call>"));
        assertFalse(Texts.matches(calls.grammar(), "\n{\"name\": \"none\", \"arguments\": {}}\n</tool_call>"));
    }

    /** As many tools as a request may have, each with a schema as people write them. */
    @ParameterizedTest
    @EnumSource
    void manyTools(ToolFormat format) {
        List<Tool> tools = new ArrayList<>();
        for (int i = 0; i < Tool.MOST; i++) {
            Map<String, Object> properties = new LinkedHashMap<>();
            for (int j = 0; j < 10; j++) {
                properties.put(
                        "p" + j,
                        j % 3 == 0
                                ? Map.of("type", "string", "description", "a text")
                                : j % 3 == 1
                                        ? Map.of("type", "integer", "minimum", 0)
                                        : Map.of("type", "array", "items", Map.of("enum", List.of("a", "b"))));
            }
            tools.add(new Tool(
                    "tool_" + i,
                    "d",
                    Map.of("type", "object", "properties", properties, "required", List.of("p0", "p4"))));
        }
        Grammar.Calls calls = Grammar.calls(format, tools, true, false);
        assertEquals(List.of(), calls.loose());
    }

    /** The tag cannot occur; all that looks like its beginning can. */
    @Test
    void textsUpToATag() {
        RuleSet rules = new RuleSet(
                List.of(new Rule("root", RulePart.sequence(CallGrammar.without("</p>"), RulePart.text("</p>")), 0, 0)),
                "root",
                new Work());
        Grammar grammar = new Grammar(rules);
        for (String text : List.of("", "a", "<", "</", "</p", "<</", "</</p", "a</b>", "< /p>", "</p </p", "\n<\n")) {
            assertTrue(Texts.matches(grammar, text + "</p>"), text);
        }
        for (String text : List.of("</p>", "a</p>b", "<</p>")) {
            assertFalse(Texts.matches(grammar, text + "</p>"), text);
        }
    }
}
