// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.List;
import java.util.Map;

/**
 * What a chat template supports beyond questions and answers. Rendering small conversations tells (docs/spec/chat-templates.md 5).
 *
 * @param alternates whether it refuses two user messages in a row
 * @param calls whether it prints the calls of an answer
 * @param results whether it prints the results of tools
 * @param nineCharacterIds whether identifiers of calls must have nine characters
 */
record TurnTraits(boolean alternates, boolean calls, boolean results, boolean nineCharacterIds) {
    private static final String PROBE = "mynaprobe";
    private static final String TOOL = "mynatool";
    private static final String RESULT = "mynaresult";

    /** Nine characters, which every template accepts. */
    private static final String SHORT = "mynacall1";

    private static final String LONG = "call_mynacall1";

    static TurnTraits of(TemplateFormat format, TemplateTraits traits) {
        Map<String, Object> user = TemplateFormat.message("user", traits.content(PROBE));
        TemplateProbe probe = new TemplateProbe(format);
        String called = text(probe, called(traits, user, SHORT));
        return new TurnTraits(
                probe.render(List.of(user, user), Map.of()) == null,
                called.contains(TOOL),
                called.contains(RESULT),
                !called.isEmpty() && text(probe, called(traits, user, LONG)).isEmpty());
    }

    private static String text(TemplateProbe probe, List<Map<String, Object>> messages) {
        var rendered = probe.render(messages, Map.of("tools", TemplateProbe.tools(TOOL)));
        return rendered == null ? "" : rendered.toString();
    }

    private static List<Map<String, Object>> called(TemplateTraits traits, Map<String, Object> user, String id) {
        Map<String, Object> answer = TemplateFormat.message("assistant", traits.content(""));
        answer.put(
                "tool_calls",
                List.of(Map.of("id", id, "type", "function", "function", Map.of("name", TOOL, "arguments", Map.of()))));
        Map<String, Object> result = TemplateFormat.message("tool", traits.content(RESULT));
        result.put("tool_call_id", id);
        return List.of(user, answer, result);
    }
}
