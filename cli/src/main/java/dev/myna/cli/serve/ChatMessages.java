// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.engine.ChatRequest;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import dev.myna.engine.TemplateArguments;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code messages} as a conversation: system texts first, then users and the assistant in turns, a user last. */
final class ChatMessages {
    private static final Set<String> MESSAGE = Set.of("role", "content");
    private static final Set<String> TEXT = Set.of("type", "text");
    private static final Set<String> IMAGE = Set.of("type", "image_url", "detail");
    private static final Set<String> IMAGE_URL = Set.of("url", "detail");
    private static final Set<String> DETAILS = Set.of("auto", "low", "high");

    private static final int MOST = 1000;

    private final Pictures.Album pictures;
    private final List<String> system = new ArrayList<>();
    private final List<ChatRequest.Exchange> turns = new ArrayList<>();

    /** What users have said since the assistant's last answer. */
    private List<Part> question = new ArrayList<>();

    private ChatMessages(Pictures.Album pictures) {
        this.pictures = pictures;
    }

    /** @throws ApiException naming the message and part that cannot be honoured */
    static ChatRequest.Chat read(Fields body, Pictures.Album pictures) {
        List<Fields> messages = body.objects("messages");
        if (messages.isEmpty() || messages.size() > MOST) {
            throw ApiException.value(
                    "messages", "messages must hold 1 to " + MOST + " messages, not " + messages.size());
        }
        ChatMessages chat = new ChatMessages(pictures);
        messages.forEach(chat::add);
        if (chat.question.isEmpty()) {
            throw ApiException.value("messages", "the last message must be of role user: there is nothing to answer");
        }
        chat.turns.add(new ChatRequest.Exchange(new Message(chat.question), null));
        return new ChatRequest.Chat(
                chat.system.isEmpty() ? null : String.join("\n\n", chat.system), chat.turns, templateArguments(body));
    }

    /** Variables of the chat template; formats without a template have none, and ignore them as other servers do. */
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

    private void add(Fields message) {
        String role = message.requiredText("role");
        for (String field : List.of("tool_calls", "function_call")) {
            if (message.has(field) && !message.get(field).equals(List.of())) {
                throw ApiException.invalid(
                        message.path(field), "unsupported_parameter", "this server does not support tools");
            }
        }
        switch (role) {
            case "system", "developer" -> {
                only(message, MESSAGE);
                if (!turns.isEmpty() || !question.isEmpty()) {
                    throw ApiException.value(
                            message.path("role"), "messages of role " + role + " must come before all others");
                }
                system.add(text(message));
            }
            case "user" -> {
                only(message, MESSAGE);
                question.addAll(parts(message));
            }
            case "assistant" -> {
                // What the official clients send back when they repeat an answer; null almost always.
                only(message, Set.of("role", "content", "refusal", "annotations"));
                if (question.isEmpty()) {
                    throw ApiException.value(
                            message.path("role"), "a message of role assistant must follow one of role user");
                }
                turns.add(new ChatRequest.Exchange(new Message(question), text(message)));
                question = new ArrayList<>();
            }
            default ->
                throw ApiException.value(
                        message.path("role"),
                        "role must be system, developer, user or assistant, not '" + Fields.shown(role) + "'");
        }
    }

    /** Refuses other fields, unless they are empty: clients send back what they were sent. */
    private static void only(Fields message, Set<String> names) {
        Map<String, Object> said = new LinkedHashMap<>(message.values());
        said.values()
                .removeIf(value ->
                        "".equals(value) || List.of().equals(value) || Map.of().equals(value));
        new Fields(said, message.path()).only(names);
    }

    /** Content that must be text: a string or text parts. */
    private static String text(Fields message) {
        message.require("content");
        if (message.get("content") instanceof String text) {
            return text;
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
        return String.join("\n", texts);
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
                    parts.add(new Part.Image(picture(part)));
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

    /** {@code image_url} as OpenAI's API has it, or the URL itself. */
    private RgbImage picture(Fields part) {
        part.require("image_url");
        if (part.get("image_url") instanceof String url) {
            requireDetail(part);
            return pictures.add(url, part.path("image_url"));
        }
        Fields image = part.object("image_url");
        image.only(IMAGE_URL);
        requireDetail(part);
        requireDetail(image);
        return pictures.add(image.requiredText("url"), image.path("url"));
    }

    private static void requireDetail(Fields image) {
        String detail = image.text("detail");
        if (detail != null && !DETAILS.contains(detail)) {
            throw ApiException.value(image.path("detail"), "detail must be auto, low or high");
        }
    }
}
