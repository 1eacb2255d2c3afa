// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.Text;
import java.util.List;
import java.util.Map;

/** Renders small conversations to determine what a chat template supports. */
record TemplateProbe(TemplateFormat format) {

    Map<String, Object> user(Object content) {
        return TemplateFormat.message("user", content);
    }

    /** Renders messages. @return null if the template refuses them */
    Text render(List<Map<String, Object>> messages, Map<String, ?> variables) {
        try {
            return format.render(messages, variables);
        } catch (TemplateException e) {
            return null;
        }
    }

    /** Whether the output has the text, but not as part of a printed list or map. */
    boolean prints(List<Map<String, Object>> messages, String text) {
        Text rendered = render(messages, Map.of());
        if (rendered == null) {
            return false;
        }
        String out = rendered.toString();
        return out.contains(text) && !out.contains("'text':") && !out.contains("\"text\":");
    }

    /** A list of one tool without parameters. */
    static List<Map<String, Object>> tools(String name) {
        Map<String, Object> function =
                Map.of("name", name, "description", "", "parameters", Map.of("type", "object", "properties", Map.of()));
        return List.of(Map.of("type", "function", "function", function));
    }
}
