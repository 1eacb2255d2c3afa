// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.RequestException;
import dev.myna.engine.text.SmallVocabularies;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.jr.ob.JSON;

/** What formats find out about templates of 27 families, and conversations of users and models as each of them is written. */
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
            if (conversation == null
                    || conversation.system() != null && !format.traits().system()) {
                continue;
            }
            String text;
            try {
                text = format.text(conversation);
            } catch (RequestException e) {
                text = null;
            }
            assertEquals(example.get("text"), text, (String) example.get("conversation"));
            compared++;
        }
        assertTrue(compared >= 20, compared + " compared");
    }

    /** @return null if it has more than a system text, users' images and texts, and answers, in this order */
    private static Conversation conversation(Map<String, Object> example) {
        if (example.get("tools") != null
                || example.get("documents") != null
                || example.getOrDefault("add_generation_prompt", true).equals(false)) {
            return null;
        }
        String system = null;
        List<Turn> turns = new ArrayList<>();
        boolean open = false;
        for (Object each : (List<?>) example.get("messages")) {
            Map<String, Object> message = map(each);
            if (!message.keySet().equals(Set.of("role", "content"))
                    || !(message.get("content") instanceof String content)) {
                return null;
            }
            switch ((String) message.get("role")) {
                case "system" -> {
                    if (system != null || !turns.isEmpty()) {
                        return null;
                    }
                    system = content;
                }
                case "user" -> {
                    if (open) {
                        return null;
                    }
                    open = true;
                    turns.add(new Turn(0, content, null));
                }
                case "assistant" -> {
                    if (!open) {
                        return null;
                    }
                    open = false;
                    turns.set(turns.size() - 1, new Turn(0, turns.getLast().question(), content));
                }
                default -> {
                    return null;
                }
            }
        }
        Object arguments = example.get("kwargs");
        return open ? new Conversation(system, turns, arguments == null ? Map.of() : map(arguments)) : null;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
