// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.RequestException;
import dev.myna.testing.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls and reasoning in answers; what trained models write is in {@link AnswerReaderGoldenTest}. */
class AnswerReaderTest {
    private static final ReasoningTags THINK = new ReasoningTags("<think>", "</think>", false);

    private static final List<Tool> TOOLS = List.of(
            new Tool("now", null, Map.of()),
            new Tool(
                    "look",
                    null,
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            Map.of("at", Map.of("type", "string"), "n", Map.of("type", "integer")))));

    /** Pieces of which answers of all notations are made. */
    private static final List<String> PIECES = List.of(
            "<tool_call>",
            "</tool_call>",
            "\n",
            " ",
            "{\"name\": \"now\", \"arguments\": {}}",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "\"",
            "'",
            "\\",
            "{\"name\": \"look\", \"arguments\": {\"at\": \"",
            "now",
            "look",
            "(at=\"x\")",
            "now()",
            ",",
            ";",
            "[TOOL_CALLS]",
            "[ARGS]",
            "[CALL_ID]",
            "<function=look>",
            "<parameter=at>",
            "</parameter>",
            "</function>",
            "<|python_tag|>",
            "<|python_start|>",
            "<|python_end|>",
            "```tool_code",
            "```",
            "<start_function_call>",
            "call:look{",
            "at:<escape>",
            "<escape>",
            "<end_function_call>",
            "<|START_ACTION|>",
            "<|END_ACTION|>",
            "<|START_RESPONSE|>",
            "<think>",
            "</think>",
            "بلی",
            "猫",
            "😀",
            "\u0000",
            "x");

    private static AnswerReader reader(ToolFormat format, ReasoningTags tags) {
        return new AnswerReader(format, TOOLS, tags, true, () -> "id");
    }

    private static List<AnswerEvent> read(AnswerReader reader, List<String> pieces) {
        Events events = new Events();
        for (String piece : pieces) {
            reader.accept(piece).forEach(events::add);
        }
        reader.finish().forEach(events::add);
        return events.take();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "HERMES~<tool_call>{\"name\": \"look\", \"arguments\": {\"at\": \"猫\"}}</tool_call>",
                "LLAMA3~{\"name\": \"look\", \"parameters\": {\"at\": \"猫\"}}",
                "LLAMA3~<|python_tag|>look.call(at=\"猫\")",
                "PYTHONIC~[look(at='猫')]",
                "PYTHONIC~<|python_start|>[look(at=\"猫\")]<|python_end|>",
                "GEMMA3~```tool_code look(at=\"猫\") ```",
                "MISTRAL~[TOOL_CALLS][{\"name\": \"look\", \"arguments\": {\"at\": \"猫\"}}]",
                "MISTRAL~[TOOL_CALLS]look[ARGS]{\"at\": \"猫\"}",
                "FUNCTIONGEMMA~<start_function_call>call:look{at:<escape>猫<escape>}<end_function_call>",
                "COHERE~<|START_ACTION|>[{\"tool_call_id\": \"0\", \"tool_name\": \"look\", \"parameters\": {\"at\": \"猫\"}}]<|END_ACTION|>",
                "QWEN3CODER~<tool_call> <function=look> <parameter=at>猫</parameter> </function> </tool_call>"
            })
    void oneCall(ToolFormat format, String text) {
        List<AnswerEvent> events = read(reader(format, null), List.of(text));
        assertEquals(2, events.size(), events.toString());
        assertEquals(new AnswerEvent.Call(0, "id", "look"), events.getFirst());
        AnswerEvent.Arguments arguments = (AnswerEvent.Arguments) events.getLast();
        assertEquals(Map.of("at", "猫"), JsonValue.of(arguments.json()));
    }

    @Test
    void reasoningComesApart() {
        List<AnswerEvent> events = read(
                reader(ToolFormat.HERMES, THINK),
                List.of("<th", "ink>\nسوچ رہا ہوں <tool_call>", " \n</thi", "nk>\n\n", "بلی"));
        assertEquals(
                List.of(new AnswerEvent.Reasoning("سوچ رہا ہوں <tool_call>"), new AnswerEvent.Content("بلی")), events);
    }

    @Test
    void withOneCallOnlyTheAnswerEndsWithIt() {
        AnswerReader reader = new AnswerReader(ToolFormat.HERMES, TOOLS, null, false, () -> "id");
        reader.accept("<tool_call>{\"name\": \"now\", \"arguments\": {}");
        assertTrue(!reader.ended());
        reader.accept("}");
        assertTrue(reader.ended());
        assertEquals(List.of(), reader.accept("more"));
        assertEquals(1, reader.calls());
    }

    /** However an answer is cut: the same comes out, and what a user may have read is never taken back. */
    @ParameterizedTest
    @EnumSource
    void cutsDoNotMatter(ToolFormat format) {
        for (int seed = 0; seed < Thorough.Times.of(2_000, 50_000); seed++) {
            SplittableRandom random = new SplittableRandom(31L * seed + format.ordinal());
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            ReasoningTags tags = random.nextInt(3) == 0 ? THINK : null;
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(5));
                pieces.add(text.substring(at, end));
                at = end;
            }
            List<AnswerEvent> whole = read(reader(format, tags), List.of(text.toString()));
            assertEquals(whole, read(reader(format, tags), pieces), () -> format + ": " + text);
            requireWhole(whole, text.toString());
        }
    }

    /** Calls are known, counted from 0, and their arguments follow them. */
    private static void requireWhole(List<AnswerEvent> events, String text) {
        int calls = 0;
        for (AnswerEvent event : events) {
            if (event instanceof AnswerEvent.Call call) {
                assertEquals(calls++, call.index(), text);
                assertTrue(call.name().equals("now") || call.name().equals("look"), text);
            } else if (event instanceof AnswerEvent.Arguments arguments) {
                assertEquals(calls - 1, arguments.index(), text);
            }
        }
    }

    /** Long answers, a character at a time, that keep every reader waiting. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "HERMES~<tool_call>~{\"name\": \"now\", \"arguments\": {\"a\": \"~x",
                "HERMES~<tool_call>~{\"arguments\": [~[",
                "HERMES~<tool_call>~{\"id\": \"~x",
                "HERMES~<tool_call>~{\"~x",
                "HERMES~~^ ^~^ ^",
                "HERMES~~<tool_call>~<tool_call>",
                "LLAMA3~~{\"name\": \"~x",
                "PYTHONIC~~[look(at=\"~)",
                "PYTHONIC~~[~look",
                "GEMMA3~~```tool_code ~`",
                "MISTRAL~[TOOL_CALLS]~look~^ ^",
                "MISTRAL~[TOOL_CALLS]~look[CALL_ID]~x",
                "FUNCTIONGEMMA~<start_function_call>~call:look{a:~{",
                "COHERE~<|START_ACTION|>~[~^ ^",
                "QWEN3CODER~<tool_call>~<function=look><parameter=at>~<",
                "QWEN3CODER~<tool_call>~<function=look><parameter=~x"
            })
    void timeGrowsWithTheText(ToolFormat format, String mark, String begin, String more) {
        AnswerReader reader = reader(format, null);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            reader.accept((mark == null ? "" : mark) + begin);
            for (int i = 0; i < 200_000; i++) {
                reader.accept(more);
            }
            reader.finish();
        });
    }

    @Test
    void deepValuesAreNoCalls() {
        String deep = "[look(at=" + "[".repeat(100_000) + "]".repeat(100_000) + ")]";
        assertEquals(List.of(new AnswerEvent.Content(deep)), read(reader(ToolFormat.PYTHONIC, null), List.of(deep)));
        String gemma = "<start_function_call>call:look{at:" + "[".repeat(100_000) + "]".repeat(100_000)
                + "}<end_function_call>";
        assertEquals(
                List.of(new AnswerEvent.Content(gemma)), read(reader(ToolFormat.FUNCTIONGEMMA, null), List.of(gemma)));
    }

    @Test
    void toolsAreNamedOnceAndProperly() {
        assertThrows(RequestException.class, () -> new Tool("a b", null, Map.of()));
        assertThrows(RequestException.class, () -> new Tool("x".repeat(65), null, Map.of()));
        assertThrows(RequestException.class, () -> ToolUse.of(List.of(TOOLS.getFirst(), TOOLS.getFirst())));
        assertThrows(RequestException.class, () -> new ToolUse(TOOLS, new ToolChoice.Named("other"), true));
        assertThrows(RequestException.class, () -> new ToolUse(List.of(), new ToolChoice.Required(), true));
        assertEquals(List.of(), new ToolUse(TOOLS, new ToolChoice.None(), true).offered());
        assertEquals(List.of(TOOLS.getLast()), new ToolUse(TOOLS, new ToolChoice.Named("look"), true).callable());
    }

    @Test
    void formatsAreToldByWhatTemplatesSay() {
        assertEquals(ToolFormat.HERMES, ToolFormat.of("{{ '<tool_call>' }}"));
        assertEquals(ToolFormat.HERMES, ToolFormat.of(""));
        assertEquals(ToolFormat.QWEN3CODER, ToolFormat.of("<tool_call>\n<function=example>"));
        assertEquals(ToolFormat.MISTRAL, ToolFormat.of("[AVAILABLE_TOOLS] [TOOL_CALLS]"));
        assertEquals(ToolFormat.COHERE, ToolFormat.of("<|START_ACTION|>"));
        assertEquals(ToolFormat.FUNCTIONGEMMA, ToolFormat.of("<start_function_call>"));
        assertEquals(ToolFormat.LLAMA3, ToolFormat.of("{\"name\": x, \"parameters\": y} ipython"));
    }
}
