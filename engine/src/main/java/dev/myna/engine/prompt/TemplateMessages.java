// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Converts a conversation to the messages that a chat template supports (docs/spec/chat-templates.md 5). */
final class TemplateMessages {
    /** Stands for an image if the template has no marker. Its origin differs from the same character in a message. */
    static final String IMAGE = "\ufffc";

    private static final Pattern NINE = Pattern.compile("[A-Za-z0-9]{9}");

    private final TemplateTraits traits;
    private final Supplier<TurnTraits> turns;
    private final List<Map<String, Object>> messages = new ArrayList<>();

    /** A system text that the template does not support; it goes before the first text of a user. Null if there is none. */
    private String systemPrefix;

    /** Replacements for identifiers of calls that the template refuses. */
    private final Map<String, String> ids = new LinkedHashMap<>();

    private final Set<String> taken = new HashSet<>();

    private TemplateMessages(TemplateTraits traits, Supplier<TurnTraits> turns) {
        this.traits = traits;
        this.turns = turns;
    }

    /** @param turns what the template supports beyond questions and answers; evaluated if needed */
    static List<Map<String, Object>> of(Conversation conversation, TemplateTraits traits, Supplier<TurnTraits> turns) {
        TemplateMessages messages = new TemplateMessages(traits, turns);
        messages.system(conversation);
        for (PromptMessage message : messages.supported(conversation.messages())) {
            switch (message) {
                case PromptMessage.System _ -> {}
                case PromptMessage.User user -> messages.user(user);
                case PromptMessage.Assistant answer -> messages.answer(answer);
                case PromptMessage.ToolResult result -> messages.result(result);
            }
        }
        return messages.messages;
    }

    /** Tools as in OpenAI's API. */
    static List<Map<String, Object>> tools(List<Tool> tools) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Tool tool : tools) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("type", "function");
            entry.put("function", GenericTools.function(tool));
            list.add(entry);
        }
        return list;
    }

    /** Replaces messages that the template does not support, and joins user messages that it does not accept in a row. */
    private List<PromptMessage> supported(List<PromptMessage> all) {
        List<PromptMessage> supported = new ArrayList<>();
        for (PromptMessage message : all) {
            if (message instanceof PromptMessage.ToolResult result
                    && !turns.get().results()) {
                message = PromptMessage.User.of(0, GenericTools.result(result.text()));
            }
            if (message instanceof PromptMessage.User user
                    && !supported.isEmpty()
                    && supported.getLast() instanceof PromptMessage.User before
                    && turns.get().alternates()) {
                supported.removeLast();
                List<PromptMessage.Part> parts = new ArrayList<>(before.parts());
                parts.addAll(user.parts());
                message = new PromptMessage.User(parts, before.name());
            }
            supported.add(message);
        }
        return supported;
    }

    /** Writes the system texts, and the description of tools if the template does not support tools. */
    private void system(Conversation conversation) {
        List<PromptMessage.System> system = new ArrayList<>();
        for (PromptMessage message : conversation.messages()) {
            if (message instanceof PromptMessage.System each) {
                system.add(each);
            }
            if (message instanceof PromptMessage.Assistant answer) {
                answer.calls().forEach(call -> taken.add(call.id()));
            }
        }
        List<String> texts =
                new ArrayList<>(system.stream().map(PromptMessage.System::text).toList());
        if (!conversation.tools().isEmpty() && !traits.tools()) {
            texts.add(GenericTools.instructions(conversation.tools()));
        }
        if (texts.isEmpty()) {
            return;
        }
        String text = String.join("\n\n", texts);
        if (traits.system()) {
            boolean developer =
                    traits.developer() && !system.isEmpty() && system.getFirst().developer();
            messages.add(TemplateFormat.message(developer ? "developer" : "system", traits.content(text)));
        } else {
            systemPrefix = text;
        }
    }

    private void user(PromptMessage.User user) {
        Map<String, Object> message = TemplateFormat.message("user", content(user));
        if (user.name() != null) {
            message.put("name", user.name());
        }
        messages.add(message);
    }

    private Object content(PromptMessage.User user) {
        List<PromptMessage.Part> parts = new ArrayList<>(user.parts());
        if (systemPrefix != null) {
            int first = firstText(parts);
            if (first < 0) {
                parts.add(new PromptMessage.Text(systemPrefix));
            } else {
                String text = ((PromptMessage.Text) parts.get(first)).text();
                parts.set(first, new PromptMessage.Text(systemPrefix + "\n\n" + text));
            }
            systemPrefix = null;
        }
        boolean images = parts.stream().anyMatch(PromptMessage.Image.class::isInstance);
        if (images ? traits.marker() == null : !traits.parts() || parts.size() < 2) {
            return traits.content(flattened(parts));
        }
        List<Object> list = new ArrayList<>();
        for (PromptMessage.Part part : parts) {
            list.add(
                    switch (part) {
                        case PromptMessage.Image _ -> Map.of("type", "image");
                        case PromptMessage.Text(String text) -> TemplateFormat.textPart(text);
                    });
        }
        return list;
    }

    private static int firstText(List<PromptMessage.Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof PromptMessage.Text) {
                return i;
            }
        }
        return -1;
    }

    /** Joins images and texts to one text, separated by LF. */
    private static Object flattened(List<PromptMessage.Part> parts) {
        if (parts.size() == 1 && parts.getFirst() instanceof PromptMessage.Text(String text)) {
            return text;
        }
        StringBuilder joined = new StringBuilder();
        List<Integer> images = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            joined.append(i == 0 ? "" : "\n");
            switch (parts.get(i)) {
                case PromptMessage.Image _ -> {
                    images.add(joined.length());
                    joined.append(IMAGE);
                }
                case PromptMessage.Text(String text) -> joined.append(text);
            }
        }
        byte[] origins = new byte[joined.length()];
        Arrays.fill(origins, Text.DATA);
        images.forEach(at -> origins[at] = Text.IMAGE);
        return Text.of(joined.toString(), origins);
    }

    private void answer(PromptMessage.Assistant answer) {
        boolean generic = !answer.calls().isEmpty() && !turns.get().calls();
        String text = generic ? GenericTools.answer(answer.text(), answer.calls()) : answer.text();
        Map<String, Object> message = TemplateFormat.message("assistant", traits.content(text));
        if (answer.reasoning() != null) {
            message.put("reasoning_content", answer.reasoning());
        }
        if (!answer.calls().isEmpty() && !generic) {
            message.put("tool_calls", answer.calls().stream().map(this::call).toList());
        }
        messages.add(message);
    }

    private Map<String, Object> call(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments(call.arguments()));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", id(call.id()));
        entry.put("type", "function");
        entry.put("function", function);
        return entry;
    }

    /** Parses a JSON object; another text stays text. */
    private static Object arguments(String text) {
        if (text.isBlank()) {
            return Map.of();
        }
        return JsonValue.of(text) instanceof Map<?, ?> object ? object : text;
    }

    /** Returns an identifier that the template accepts: some need nine characters. */
    private String id(String id) {
        if (!turns.get().nineCharacterIds() || NINE.matcher(id).matches()) {
            return id;
        }
        String known = ids.get(id);
        if (known == null) {
            int number = ids.size();
            do {
                known = "%09d".formatted(++number);
            } while (taken.contains(known));
            taken.add(known);
            ids.put(id, known);
        }
        return known;
    }

    private void result(PromptMessage.ToolResult result) {
        boolean parts = traits.parts() && result.texts().size() > 1;
        Map<String, Object> message = TemplateFormat.message(
                "tool",
                parts ? result.texts().stream().map(TemplateFormat::textPart).toList() : traits.content(result.text()));
        message.put("tool_call_id", id(result.callId()));
        if (result.name() != null) {
            message.put("name", result.name());
        }
        messages.add(message);
    }
}
