// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of models in eight notations, as they are and in pieces: what comes out, and when. */
@NeedsGolden
class AnswerReaderGoldenTest {
    /** An identifier of ours. */
    private static final String OURS = "ours";

    static Stream<Arguments> cases() throws IOException {
        Map<String, Object> golden = Golden.json("chat/parse.json");
        List<Tool> tools = new ArrayList<>();
        map(golden.get("tools")).forEach((name, schema) -> tools.add(new Tool(name, null, map(schema))));
        return ((List<?>) golden.get("cases"))
                .stream().map(each -> Arguments.of(map(each).get("id"), map(each), List.copyOf(tools)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void events(String id, Map<String, Object> example, List<Tool> tools) {
        for (Object each : (List<?>) example.get("streams")) {
            Map<String, Object> stream = map(each);
            AnswerReader reader = reader(example, tools);
            List<String> chunks = chunks(example, stream);
            List<List<Object>> deltas = new ArrayList<>();
            for (int i = 0; i <= chunks.size(); i++) {
                List<AnswerEvent> events = i < chunks.size() ? reader.accept(chunks.get(i)) : reader.finish();
                for (AnswerEvent event : events) {
                    deltas.add(List.of(i, written(event)));
                }
            }
            assertEquals(text(stream.get("deltas")), text(deltas), id + " " + stream.get("cut"));
            requireMessage(map(example.get("message")), deltas, example, reader);
        }
    }

    private static AnswerReader reader(Map<String, Object> example, List<Tool> tools) {
        ReasoningTags tags = null;
        if (example.get("reasoning") instanceof Map<?, ?> reasoning) {
            tags = new ReasoningTags((String) reasoning.get("open"), (String) reasoning.get("close"), (boolean)
                    reasoning.get("started"));
        }
        return new AnswerReader(
                ToolFormat.valueOf(((String) example.get("format")).toUpperCase(java.util.Locale.ROOT)),
                example.get("tools").equals(true) ? tools : List.of(),
                tags,
                (boolean) example.get("parallel"),
                () -> OURS);
    }

    private static List<String> chunks(Map<String, Object> example, Map<String, Object> stream) {
        String text = (String) example.get("text");
        return switch ((String) stream.get("cut")) {
            case "whole" -> List.of(text);
            case "characters" -> text.codePoints().mapToObj(Character::toString).toList();
            default ->
                ((List<?>) stream.get("chunks"))
                        .stream().map(String.class::cast).toList();
        };
    }

    private static List<Object> written(AnswerEvent event) {
        List<Object> written = new ArrayList<>();
        switch (event) {
            case AnswerEvent.Reasoning(String text) -> written.addAll(List.of("r", text));
            case AnswerEvent.Content(String text) -> written.addAll(List.of("c", text));
            case AnswerEvent.Arguments(int index, String json) -> written.addAll(List.of("a", index, json));
            case AnswerEvent.Call(int index, String id, String name) -> {
                written.addAll(List.of("n", index));
                written.add(id.equals(OURS) ? null : id);
                written.add(name);
            }
        }
        return written;
    }

    /** The answer without streaming is the fold of the deltas. */
    private static void requireMessage(
            Map<String, Object> message, List<List<Object>> deltas, Map<String, Object> example, AnswerReader reader) {
        StringBuilder content = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        Map<Object, String> names = new LinkedHashMap<>();
        Map<Object, String> arguments = new LinkedHashMap<>();
        for (List<Object> delta : deltas) {
            List<?> event = (List<?>) delta.get(1);
            switch ((String) event.getFirst()) {
                case "c" -> content.append(event.get(1));
                case "r" -> reasoning.append(event.get(1));
                case "n" -> names.put(event.get(1), (String) event.get(3));
                default -> arguments.merge(event.get(1), (String) event.get(2), String::concat);
            }
        }
        boolean silent = content.isEmpty() && !names.isEmpty();
        assertEquals(message.get("content"), silent ? null : content.toString());
        assertEquals(message.getOrDefault("reasoning_content", ""), reasoning.toString());
        List<?> calls = (List<?>) message.get("tool_calls");
        assertEquals(calls.size(), reader.calls());
        for (int i = 0; i < calls.size(); i++) {
            assertEquals(map(calls.get(i)).get("name"), names.get(i));
            assertEquals(map(calls.get(i)).get("arguments"), arguments.getOrDefault(i, ""));
        }
        String finish = !reader.ended() || example.get("finish").equals("length")
                ? (String) example.get("finish")
                : calls.isEmpty() ? "stop" : "tool_calls";
        assertEquals(message.get("finish_reason"), finish);
    }

    private static String text(Object value) {
        return String.valueOf(value);
    }

    @SuppressWarnings("unchecked") // keys of a JSON object
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
