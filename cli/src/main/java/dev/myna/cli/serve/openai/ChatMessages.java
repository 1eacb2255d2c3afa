// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import dev.myna.engine.TemplateArguments;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolUse;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code messages}: system messages first, then user, assistant and tool messages; the last is not the assistant's. */
final class ChatMessages {
    private static final Set<String> MESSAGE = Set.of("role", "content");
    private static final Set<String> TEXT = Set.of("type", "text");
    private static final Set<String> IMAGE = Set.of("type", "image_url", "detail");
    private static final Set<String> IMAGE_URL = Set.of("url", "detail");
    private static final Set<String> DETAILS = Set.of("auto", "low", "high");
    private static final Set<String> CALL = Set.of("id", "type", "function", "index");
    private static final Set<String> FUNCTION = Set.of("name", "arguments");

    private static final int MAX_MESSAGES = 1000;

    private final Images.Album images;
    private final List<ChatMessage> messages = new ArrayList<>();

    /** Ids of tool calls without a result. */
    private final Set<String> called = new HashSet<>();

    private ChatMessages(Images.Album images) {
        this.images = images;
    }

    /** @throws ApiException that names the unsupported message or part */
    static ChatRequest.Chat read(Fields body, Images.Album images) {
        List<Fields> messages = body.objects("messages");
        if (messages.isEmpty() || messages.size() > MAX_MESSAGES) {
            throw ApiException.value(
                    "messages", "messages must hold 1 to " + MAX_MESSAGES + " messages, not " + messages.size());
        }
        ToolUse tools = RequestTools.read(body);
        ChatMessages chat = new ChatMessages(images);
        messages.forEach(chat::add);
        if (!chat.wantsAnswer()) {
            throw ApiException.value(
                    "messages", "the last message must be of role user or tool: there is nothing to answer");
        }
        return new ChatRequest.Chat(chat.messages, tools, templateArguments(body));
    }

    /** Variables of the chat template. Formats without a template ignore them, as other servers do. */
    private static Map<String, Object> templateArguments(Fields body) {
        Fields arguments = body.object("chat_template_kwargs");
        if (arguments == null) {
            return Map.of();
        }
        for (String name : arguments.values().keySet()) {
            if (TemplateArguments.isReserved(name)) {
                throw ApiException.value(
                        arguments.path(name), "a variable of a chat template cannot be called " + name);
            }
        }
        return arguments.values();
    }

    private boolean wantsAnswer() {
        return !messages.isEmpty()
                && (messages.getLast() instanceof ChatMessage.User
                        || messages.getLast() instanceof ChatMessage.ToolResult);
    }

    private void add(Fields message) {
        String role = message.requiredText("role");
        if (message.has("function_call") && !message.get("function_call").equals(List.of())) {
            throw ApiException.invalid(
                    message.path("function_call"),
                    "unsupported_parameter",
                    "function_call is deprecated: use tool_calls");
        }
        switch (role) {
            case "system", "developer" -> {
                only(message, MESSAGE);
                if (!messages.stream().allMatch(ChatMessage.System.class::isInstance)) {
                    throw ApiException.value(
                            message.path("role"), "messages of role " + role + " must come before all others");
                }
                messages.add(new ChatMessage.System(text(message), role.equals("developer")));
            }
            case "user" -> {
                only(message, Set.of("role", "content", "name"));
                messages.add(new ChatMessage.User(new Message(parts(message)), filled(message, "name")));
            }
            case "assistant" -> {
                // Fields that the official clients send back with an answer, mostly null.
                only(
                        message,
                        Set.of("role", "content", "refusal", "annotations", "tool_calls", "reasoning_content", "name"));
                if (!wantsAnswer()) {
                    throw ApiException.value(
                            message.path("role"), "a message of role assistant must follow one of role user or tool");
                }
                List<ToolCall> calls = calls(message);
                String text = message.has("content") || calls.isEmpty() ? text(message) : "";
                messages.add(new ChatMessage.Assistant(text, filled(message, "reasoning_content"), calls));
            }
            case "tool" -> {
                only(message, Set.of("role", "content", "tool_call_id", "name"));
                String id = message.requiredText("tool_call_id");
                if (!called.contains(id)) {
                    throw ApiException.value(
                            message.path("tool_call_id"),
                            "'" + Fields.shown(id) + "' is not the id of a call in the assistant message before it");
                }
                messages.add(new ChatMessage.ToolResult(id, filled(message, "name"), texts(message)));
            }
            default ->
                throw ApiException.value(
                        message.path("role"),
                        "role must be system, developer, user, assistant or tool, not '" + Fields.shown(role) + "'");
        }
        if (!role.equals("tool") && !role.equals("assistant")) {
            called.clear();
        }
    }

    /** A text, or null if it is absent or empty. */
    private static String filled(Fields message, String name) {
        String text = message.text(name);
        return text == null || text.isEmpty() ? null : text;
    }

    private List<ToolCall> calls(Fields message) {
        called.clear();
        List<ToolCall> calls = new ArrayList<>();
        for (Fields call : message.has("tool_calls") ? message.objects("tool_calls") : List.<Fields>of()) {
            call.only(CALL);
            if (call.has("type")) {
                RequestTools.requireFunction(call);
            }
            call.require("function");
            Fields function = call.object("function");
            function.only(FUNCTION);
            // Some clients send the object instead of its JSON text.
            String arguments = function.get("arguments") instanceof Map<?, ?> object
                    ? JsonValue.spaced(object)
                    : function.has("arguments") ? function.text("arguments") : "";
            String id = call.requiredText("id");
            called.add(id);
            calls.add(new ToolCall(id, function.requiredText("name"), arguments));
        }
        return calls;
    }

    /** Refuses other fields, unless they are empty: clients send back all fields of an answer. */
    private static void only(Fields message, Set<String> names) {
        Map<String, Object> filled = new LinkedHashMap<>(message.values());
        filled.values()
                .removeIf(value ->
                        "".equals(value) || List.of().equals(value) || Map.of().equals(value));
        new Fields(filled, message.path()).only(names);
    }

    /** Content that must be text: a string or text parts. */
    private static String text(Fields message) {
        return String.join("\n", texts(message));
    }

    private static List<String> texts(Fields message) {
        message.require("content");
        if (message.get("content") instanceof String text) {
            return List.of(text);
        }
        List<String> texts = new ArrayList<>();
        for (Fields part : message.objects("content")) {
            if (!"text".equals(part.requiredText("type"))) {
                throw ApiException.value(
                        part.path("type"), "messages of role " + message.text("role") + " hold text only");
            }
            part.only(TEXT);
            texts.add(part.requiredText("text"));
        }
        return texts;
    }

    private List<Part> parts(Fields message) {
        message.require("content");
        if (message.get("content") instanceof String text) {
            return List.of(new Part.Text(text));
        }
        List<Part> parts = new ArrayList<>();
        for (Fields part : message.objects("content")) {
            String type = part.requiredText("type");
            switch (type) {
                case "text" -> {
                    part.only(TEXT);
                    parts.add(new Part.Text(part.requiredText("text")));
                }
                case "image_url", "input_image" -> {
                    part.only(IMAGE);
                    parts.add(new Part.Image(image(part)));
                }
                case "input_text" -> {
                    part.only(TEXT);
                    parts.add(new Part.Text(part.requiredText("text")));
                }
                case "image" ->
                    throw ApiException.value(
                            part.path("type"),
                            "an image is a part of type image_url, with its data: URL in image_url.url");
                default ->
                    throw ApiException.value(
                            part.path("type"),
                            "parts of a message are of type text or image_url, not '" + Fields.shown(type) + "'");
            }
        }
        if (parts.isEmpty()) {
            throw ApiException.value(message.path("content"), message.path("content") + " is empty");
        }
        return parts;
    }

    /** {@code image_url}: an object as in the OpenAI API, or the URL itself. */
    private RgbImage image(Fields part) {
        part.require("image_url");
        if (part.get("image_url") instanceof String url) {
            requireDetail(part);
            return images.add(url, part.path("image_url"));
        }
        Fields image = part.object("image_url");
        image.only(IMAGE_URL);
        requireDetail(part);
        requireDetail(image);
        return images.add(image.requiredText("url"), image.path("url"));
    }

    private static void requireDetail(Fields image) {
        String detail = image.text("detail");
        if (detail != null && !DETAILS.contains(detail)) {
            throw ApiException.value(image.path("detail"), "detail must be auto, low or high");
        }
    }
}
