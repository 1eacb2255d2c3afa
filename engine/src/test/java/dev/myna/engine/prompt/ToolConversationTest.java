// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Conversations with tools, for templates with full, partial and no support for tools, and for named formats. */
class ToolConversationTest {
    private static final String WRITES = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";

    private static final String KNOWS =
            "{% if tools %}{{ tools|map(attribute='function')|map(attribute='name')|join(',') }};{% endif %}"
                    + "{% for m in messages %}{% if m.role == 'user' and loop.previtem is defined and loop.previtem.role == 'user' %}"
                    + "{{ raise_exception('twice') }}{% endif %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}"
                    + "{% if c.id|length != 9 %}{{ raise_exception('nine') }}{% endif %}"
                    + "<{{ c.id }} {{ c.function.name }} {{ c.function.arguments.at }}>{% endfor %}"
                    + "{% if m.tool_call_id %} for {{ m.tool_call_id }}{% endif %}{% endfor %}";

    private static final List<Tool> TOOLS = List.of(new Tool("look", "Looks.", Map.of("type", "object")));

    private static final List<PromptMessage> MESSAGES = List.of(
            PromptMessage.User.of(0, "a"),
            new PromptMessage.Assistant("", null, List.of(new ToolCall("call_1", "look", "{\"at\": \"猫\"}"))),
            new PromptMessage.ToolResult("call_1", null, List.of("b", "c")));

    private final BpeTokenizer tokenizer = SmallVocabularies.bpe();

    private TemplateFormat format(String source) {
        return TemplateFormat.of(source, tokenizer, Map.of());
    }

    private static Conversation conversation(List<PromptMessage> messages) {
        return new Conversation(messages, TOOLS, Map.of());
    }

    @Test
    void templateWithToolsPrintsThem() {
        assertEquals(
                "look;[user]a[assistant]<000000001 look 猫>[tool]b\nc for 000000001",
                format(KNOWS).text(conversation(MESSAGES)));
        List<PromptMessage> twice = List.of(PromptMessage.User.of(0, "a"), PromptMessage.User.of(0, "b"));
        assertEquals("look;[user]a\nb", format(KNOWS).text(conversation(twice)));
    }

    @Test
    void templateWithoutToolsGetsThemAsText() {
        String text = format(WRITES.replace(
                        "{% for m in messages %}",
                        "{% for m in messages %}{% if m.role == 'tool' %}"
                                + "{{ raise_exception('no tools') }}{% endif %}"))
                .text(conversation(MESSAGES));
        assertTrue(text.startsWith("[system]You can call functions."), text);
        assertTrue(
                text.contains(
                        "{\"name\": \"look\", \"description\": \"Looks.\", \"parameters\": {\"type\": \"object\"}}"),
                text);
        assertTrue(
                text.endsWith(
                        "[user]a[assistant]<tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": \"猫\"}}\n</tool_call>"
                                + "[user]<tool_response>\nb\nc\n</tool_response>"),
                text);
        assertEquals(ToolFormat.HERMES, format(WRITES).toolFormat());
    }

    @Test
    void namedFormatsPutToolsInTheSystemText() {
        for (NamedFormat format : NamedFormat.values()) {
            StringBuilder text = new StringBuilder();
            for (PromptPiece piece : format.render(tokenizer, conversation(MESSAGES))) {
                for (int id : ((PromptPiece.Tokens) piece).ids()) {
                    text.append(new String(tokenizer.bytes(id), StandardCharsets.ISO_8859_1));
                }
            }
            assertTrue(text.toString().contains("You can call functions."), format.label());
            assertTrue(text.toString().contains("<tool_response>"), format.label());
        }
        // What the format says by itself stays in front of it.
        Turns turns = Turns.of(conversation(MESSAGES));
        assertEquals(2, turns.turns().size());
        assertEquals(null, turns.system());
    }

    /** A file may have a second template for conversations with tools. */
    @Test
    void separateTemplateWritesConversationsWithTools() {
        TemplateFormat both = TemplateFormat.of(WRITES, format(KNOWS + "{# [TOOL_CALLS] #}"), tokenizer, Map.of());
        assertTrue(both.hasToolTemplate());
        assertEquals(ToolFormat.MISTRAL, both.toolFormat());
        assertEquals(
                format(KNOWS).render(tokenizer, conversation(MESSAGES)).size(),
                both.render(tokenizer, conversation(MESSAGES)).size());
        assertTrue(both.reads("tool_call_id"));
        assertFalse(both.reads("enable_thinking"));
    }
}
