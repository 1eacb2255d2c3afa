// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** langchain4j's messages as a conversation of the engine. */
final class Conversations {
    private final Images images;

    Conversations(Images images) {
        this.images = images;
    }

    /** A conversation. An answer whose question is missing, because a memory has dropped it, follows an empty one. */
    ChatRequest read(List<ChatMessage> messages, ToolUse tools, Map<String, Object> templateArguments) {
        List<dev.myna.engine.ChatMessage> read = new ArrayList<>();
        for (ChatMessage message : messages) {
            switch (message) {
                case SystemMessage instructions -> {
                    if (!read.isEmpty()) {
                        throw new InvalidRequestException("the system message must be one, and the first");
                    }
                    read.add(new dev.myna.engine.ChatMessage.System(instructions.text()));
                }
                case UserMessage user ->
                    read.add(new dev.myna.engine.ChatMessage.User(new Message(parts(user)), user.name()));
                case AiMessage answer -> {
                    if (read.isEmpty() || !wantsAnswer(read)) {
                        read.add(new dev.myna.engine.ChatMessage.User(Message.of("")));
                    }
                    read.add(new dev.myna.engine.ChatMessage.Assistant(
                            answer.text() == null ? "" : answer.text(), answer.thinking(), calls(answer)));
                }
                case ToolExecutionResultMessage result ->
                    read.add(new dev.myna.engine.ChatMessage.ToolResult(
                            id(result.id(), result.toolName()), result.toolName(), List.of(result.text())));
                default ->
                    throw new UnsupportedFeatureException(
                            "messages of type " + message.type() + " are not supported by Myna");
            }
        }
        if (read.isEmpty() || !wantsAnswer(read)) {
            throw new InvalidRequestException(
                    "the last message must be the user's or a tool's: an answer cannot be continued");
        }
        return new ChatRequest.Chat(read, tools, templateArguments);
    }

    private static boolean wantsAnswer(List<dev.myna.engine.ChatMessage> messages) {
        return messages.getLast() instanceof dev.myna.engine.ChatMessage.User
                || messages.getLast() instanceof dev.myna.engine.ChatMessage.ToolResult;
    }

    private static List<ToolCall> calls(AiMessage answer) {
        return answer.toolExecutionRequests().stream()
                .map(call -> new ToolCall(
                        id(call.id(), call.name()),
                        call.name(),
                        call.arguments() == null || call.arguments().isBlank() ? "{}" : call.arguments()))
                .toList();
    }

    /** Some providers give calls no identifiers. */
    private static String id(String id, String name) {
        return id == null ? name : id;
    }

    private List<Part> parts(UserMessage message) {
        List<Part> parts = new ArrayList<>();
        for (Content content : message.contents()) {
            parts.add(
                    switch (content) {
                        case TextContent text -> new Part.Text(text.text());
                        case ImageContent image -> new Part.Image(images.decode(image));
                        default ->
                            throw new UnsupportedFeatureException("contents of type " + content.type()
                                    + " are not supported by Myna: text and images are");
                    });
        }
        return parts;
    }
}
