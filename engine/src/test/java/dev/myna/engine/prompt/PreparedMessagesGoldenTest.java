// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.ToolCall;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.jr.ob.JSON;

/** Messages that templates get equal the goldens. */
@NeedsGolden
class PreparedMessagesGoldenTest {

    static Stream<Arguments> cases() throws IOException {
        List<Object> cases = JSON.std.listFrom(new String(Golden.bytes("chat/prepare.json"), StandardCharsets.UTF_8));
        return cases.stream().map(each -> Arguments.of(map(each).get("id"), map(each)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void messages(String id, Map<String, Object> example) {
        Map<String, Object> wanted = map(example.get("traits"));
        boolean flat = (boolean) wanted.get("flat");
        TemplateTraits traits = new TemplateTraits(
                true, !flat, true, true, false, flat ? null : "<image>", null, (boolean) wanted.get("developer"), null);
        TurnTraits turns = new TurnTraits(false, true, true, (boolean) wanted.get("nine"));
        List<PromptMessage> messages = new ArrayList<>();
        for (Object each : (List<?>) example.get("messages")) {
            messages.add(message(map(each)));
        }
        List<Object> prepared = new ArrayList<>();
        for (Map<String, Object> message :
                TemplateMessages.of(new Conversation(messages, List.of(), Map.of()), traits, () -> turns)) {
            prepared.add(plain(message));
        }
        assertEquals(example.get("expect"), prepared);
    }

    /** Texts without their origins. */
    private static Object plain(Object value) {
        return switch (value) {
            case Text text -> text.toString();
            case Map<?, ?> map -> {
                Map<Object, Object> plain = new LinkedHashMap<>();
                map.forEach((key, each) -> plain.put(key, plain(each)));
                yield plain;
            }
            case List<?> list ->
                list.stream().map(PreparedMessagesGoldenTest::plain).toList();
            case null, default -> value;
        };
    }

    private static PromptMessage message(Map<String, Object> message) {
        List<PromptMessage.Part> parts = parts(message.get("content"));
        List<String> texts = parts.stream()
                .filter(PromptMessage.Text.class::isInstance)
                .map(part -> ((PromptMessage.Text) part).text())
                .toList();
        String text = String.join("\n", texts);
        return switch ((String) message.get("role")) {
            case "system" -> new PromptMessage.System(text, false);
            case "developer" -> new PromptMessage.System(text, true);
            case "user" -> new PromptMessage.User(parts, (String) message.get("name"));
            case "tool" -> new PromptMessage.ToolResult((String) message.get("tool_call_id"), null, texts);
            default -> {
                List<ToolCall> calls = new ArrayList<>();
                for (Object each : message.get("tool_calls") instanceof List<?> list ? list : List.of()) {
                    Map<String, Object> function = map(map(each).get("function"));
                    Object arguments = function.get("arguments");
                    calls.add(new ToolCall(
                            (String) map(each).get("id"),
                            (String) function.get("name"),
                            arguments instanceof String said ? said : JsonValue.spaced(arguments)));
                }
                yield new PromptMessage.Assistant(text, (String) message.get("reasoning_content"), calls);
            }
        };
    }

    private static List<PromptMessage.Part> parts(Object content) {
        List<PromptMessage.Part> parts = new ArrayList<>();
        if (content instanceof String text) {
            parts.add(new PromptMessage.Text(text));
        }
        for (Object part : content instanceof List<?> list ? list : List.of()) {
            boolean text = map(part).get("type").equals("text");
            parts.add(text ? new PromptMessage.Text((String) map(part).get("text")) : new PromptMessage.Image());
        }
        return parts;
    }

    @SuppressWarnings("unchecked") // keys of a JSON object
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
