// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.jr.ob.JSON;

/** Traits and rendered conversations of the templates of 27 families equal the goldens. */
@NeedsGolden
class TemplateFormatGoldenTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-07T09:05:30Z"), ZoneOffset.UTC);

    static Stream<Path> families() throws IOException {
        try (Stream<Path> files = Files.list(Golden.path("chat/render"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void family(Path file) throws IOException {
        Map<String, Object> family = Golden.json("chat/render/" + file.getFileName());
        Map<String, String> specials = new LinkedHashMap<>();
        map(family.get("special_tokens")).forEach((name, text) -> specials.put(name, (String) text));
        TemplateFormat format =
                TemplateFormat.of((String) family.get("template"), SmallVocabularies.bpe(), specials, CLOCK);
        assertEquals(family.get("flatten"), format.traits().marker() == null, "flat");
        assertEquals(family.get("picture"), format.traits().marker());
        Map<String, Map<String, Object>> conversations = new LinkedHashMap<>();
        for (Object each :
                JSON.std.listFrom(new String(Golden.bytes("chat/conversations.json"), StandardCharsets.UTF_8))) {
            conversations.put((String) map(each).get("id"), map(each));
        }
        int compared = 0;
        for (Object each : (List<?>) family.get("cases")) {
            Map<String, Object> example = map(each);
            Conversation conversation = conversation(conversations.get((String) example.get("conversation")));
            if (conversation == null || !example.containsKey("text") || !known(conversation, format)) {
                continue;
            }
            assertEquals(example.get("text"), format.text(conversation), (String) example.get("conversation"));
            compared++;
        }
        assertTrue(compared >= 20, compared + " compared");
    }

    /** Whether the template supports all messages of the conversation. */
    private static boolean known(Conversation conversation, TemplateFormat format) {
        TurnTraits turns = format.turns();
        PromptMessage before = null;
        for (PromptMessage message : conversation.messages()) {
            boolean known = switch (message) {
                case PromptMessage.System _ -> format.traits().system() && before == null;
                case PromptMessage.User _ -> !(before instanceof PromptMessage.User) || !turns.alternates();
                case PromptMessage.Assistant answer ->
                    answer.calls().isEmpty() || turns.calls() && !turns.nineCharacterIds();
                case PromptMessage.ToolResult _ -> turns.results() && !turns.nineCharacterIds();
            };
            if (!known) {
                return false;
            }
            before = message;
        }
        return conversation.tools().isEmpty() || format.traits().tools();
    }

    /** @return null if it has images, documents, odd roles, or no prompt for an answer */
    private static Conversation conversation(Map<String, Object> example) {
        if (example.get("documents") != null
                || List.of().equals(example.get("tools"))
                || example.getOrDefault("add_generation_prompt", true).equals(false)) {
            return null;
        }
        List<PromptMessage> messages = new ArrayList<>();
        for (Object each : (List<?>) example.get("messages")) {
            PromptMessage message = message(map(each));
            if (message == null) {
                return null;
            }
            messages.add(message);
        }
        List<Tool> tools = new ArrayList<>();
        for (Object each : example.get("tools") instanceof List<?> list ? list : List.of()) {
            Map<String, Object> function = map(map(each).get("function"));
            if (!map(each).keySet().equals(Set.of("type", "function"))
                    || !function.keySet().equals(Set.of("name", "description", "parameters"))) {
                return null;
            }
            tools.add(new Tool(
                    (String) function.get("name"),
                    (String) function.get("description"),
                    map(function.get("parameters"))));
        }
        Object arguments = example.get("kwargs");
        Conversation conversation = new Conversation(messages, tools, arguments == null ? Map.of() : map(arguments));
        return conversation.open() ? conversation : null;
    }

    private static PromptMessage message(Map<String, Object> message) {
        if (!(message.get("content") instanceof String content)) {
            return null;
        }
        Set<String> keys = new HashSet<>(message.keySet());
        keys.removeAll(Set.of("role", "content"));
        return switch ((String) message.get("role")) {
            case "system" -> keys.isEmpty() ? new PromptMessage.System(content, false) : null;
            case "user" ->
                keys.isEmpty() ? new PromptMessage.User(List.of(new PromptMessage.Text(content)), null) : null;
            case "assistant" -> {
                keys.removeAll(Set.of("reasoning_content", "tool_calls"));
                List<ToolCall> calls = new ArrayList<>();
                for (Object each : message.get("tool_calls") instanceof List<?> list ? list : List.of()) {
                    Map<String, Object> function = map(map(each).get("function"));
                    if (!map(each).containsKey("id")) {
                        yield null;
                    }
                    calls.add(new ToolCall(
                            (String) map(each).get("id"),
                            (String) function.get("name"),
                            JsonValue.spaced(function.get("arguments"))));
                }
                yield keys.isEmpty()
                        ? new PromptMessage.Assistant(content, (String) message.get("reasoning_content"), calls)
                        : null;
            }
            case "tool" -> {
                keys.removeAll(Set.of("tool_call_id", "name"));
                yield keys.isEmpty() && message.containsKey("tool_call_id")
                        ? new PromptMessage.ToolResult(
                                (String) message.get("tool_call_id"), (String) message.get("name"), List.of(content))
                        : null;
            }
            default -> null;
        };
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
