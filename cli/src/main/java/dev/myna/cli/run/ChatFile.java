// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.text.Json;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolCall;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Conversations as files: {@code {"myna_chat": 1, "system": …, "messages": [{"role": "user", "content": …, "images": [FILE, …]}, …]}}.
 * Messages have the names of OpenAI's API; images are named, not contained.
 */
final class ChatFile {
    private static final String MARK = "myna_chat";
    private static final int VERSION = 1;

    private ChatFile() {}

    /**
     * Writes a conversation; the file appears whole. Replaces an older conversation, and nothing else.
     *
     * @throws RequestException if there is another file in its place, or it cannot be written
     */
    static void save(ChatHistory history, Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isConversation(file)) {
            throw new RequestException(file + " exists and is no conversation: choose another name");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(MARK, VERSION);
        if (history.system() != null) {
            values.put("system", history.system());
        }
        values.put("messages", history.entries().stream().map(ChatFile::message).toList());
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path made = Files.createTempFile(folder, ".myna-chat-", ".new");
            try {
                Files.writeString(made, Json.text(values) + "\n");
                Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(made);
            }
        } catch (IOException e) {
            throw new RequestException(file + ": cannot be written: " + Failure.reason(e));
        }
    }

    private static boolean isConversation(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Json.object(Inputs.text(file)).containsKey(MARK);
        } catch (RequestException e) {
            return false;
        }
    }

    private static Map<String, Object> message(ChatHistory.Entry entry) {
        Map<String, Object> values = new LinkedHashMap<>();
        switch (entry.message()) {
            case ChatMessage.User user -> {
                values.put("role", "user");
                values.put("content", user.message().text());
                if (!entry.images().isEmpty()) {
                    values.put(
                            "images",
                            entry.images().stream()
                                    .map(ChatHistory.NamedImage::name)
                                    .toList());
                }
            }
            case ChatMessage.Assistant answer -> {
                values.put("role", "assistant");
                values.put("content", answer.text());
                if (answer.reasoning() != null) {
                    values.put("reasoning_content", answer.reasoning());
                }
                if (!answer.calls().isEmpty()) {
                    List<Object> calls = new ArrayList<>();
                    for (ToolCall call : answer.calls()) {
                        calls.add(Map.of("id", call.id(), "name", call.name(), "arguments", call.arguments()));
                    }
                    values.put("tool_calls", calls);
                }
            }
            case ChatMessage.ToolResult result -> {
                values.put("role", "tool");
                values.put("tool_call_id", result.callId());
                if (result.name() != null) {
                    values.put("name", result.name());
                }
                values.put("content", result.text());
            }
            case ChatMessage.System system -> {
                values.put("role", "system");
                values.put("content", system.text());
            }
        }
        return values;
    }

    /**
     * Reads a conversation and its images.
     *
     * @throws RequestException if the file is not one; the message names the place
     * @throws dev.myna.loaders.image.ImageException if an image is not there any more
     */
    static ChatHistory load(Path file, Orientation orientation) throws IOException {
        Map<String, Object> values;
        try {
            values = Json.object(Inputs.text(file));
        } catch (RequestException e) {
            throw new RequestException(file + ": " + e.getMessage());
        }
        if (!(values.get(MARK) instanceof Number version)) {
            throw new RequestException(
                    file + " is no conversation: it has no \"" + MARK + "\"; /save writes such files");
        }
        if (version.intValue() != VERSION) {
            throw new RequestException(
                    file + ": conversations of version " + version + " are not read, only " + VERSION);
        }
        if (!(values.get("messages") instanceof List<?> messages)) {
            throw new RequestException(file + ": \"messages\" must be a list");
        }
        ChatHistory history = new ChatHistory();
        if (values.get("system") != null) {
            history.setSystem(text(values, "system", file.toString()));
        }
        for (int i = 0; i < messages.size(); i++) {
            String place = file + ": messages[" + i + "]";
            if (!(messages.get(i) instanceof Map<?, ?> message)) {
                throw new RequestException(place + " must be an object");
            }
            read(history, message, place, orientation);
        }
        if (!history.entries().isEmpty() && !(history.entries().getLast().message() instanceof ChatMessage.Assistant)) {
            throw new RequestException(file + ": the last message must be an answer");
        }
        return history;
    }

    private static void read(ChatHistory history, Map<?, ?> message, String place, Orientation orientation)
            throws IOException {
        String role = text(message, "role", place);
        switch (role) {
            case "user" -> {
                List<ChatHistory.NamedImage> images = new ArrayList<>();
                for (Object name : list(message, "images", place)) {
                    if (!(name instanceof String text) || Inputs.isStdin(text)) {
                        throw new RequestException(place + ".images must be names of files");
                    }
                    images.add(new ChatHistory.NamedImage(
                            text, Inputs.image(text, InputStream.nullInputStream(), orientation)));
                }
                history.addQuestion(text(message, "content", place), images);
            }
            case "assistant" -> {
                List<ToolCall> calls = new ArrayList<>();
                for (Object each : list(message, "tool_calls", place)) {
                    if (!(each instanceof Map<?, ?> call)) {
                        throw new RequestException(place + ".tool_calls must be a list of objects");
                    }
                    calls.add(new ToolCall(
                            text(call, "id", place), text(call, "name", place), text(call, "arguments", place)));
                }
                String reasoning =
                        message.get("reasoning_content") == null ? null : text(message, "reasoning_content", place);
                history.add(new ChatMessage.Assistant(text(message, "content", place), reasoning, calls));
            }
            case "tool" ->
                history.add(new ChatMessage.ToolResult(
                        text(message, "tool_call_id", place),
                        message.get("name") == null ? null : text(message, "name", place),
                        List.of(text(message, "content", place))));
            default -> throw new RequestException(place + ".role must be user, assistant or tool, not '" + role + "'");
        }
    }

    private static String text(Map<?, ?> values, String key, String place) {
        if (values.get(key) instanceof String text) {
            return text;
        }
        throw new RequestException(place + "." + key + " must be a string");
    }

    private static List<?> list(Map<?, ?> values, String key, String place) {
        Object value = values.get(key);
        if (value == null || value instanceof List<?>) {
            return value == null ? List.of() : (List<?>) value;
        }
        throw new RequestException(place + "." + key + " must be a list");
    }
}
