// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import java.util.ArrayList;
import java.util.List;

/** langchain4j's messages as turns of a conversation. */
final class Conversations {
    private final Pictures pictures;

    Conversations(Pictures pictures) {
        this.pictures = pictures;
    }

    /**
     * A conversation. Messages of the user that follow each other are one question; an answer whose question is missing, because a
     * memory has dropped it, follows an empty one.
     */
    ChatRequest read(List<ChatMessage> messages) {
        String system = null;
        List<ChatRequest.Exchange> turns = new ArrayList<>();
        List<Part> question = new ArrayList<>();
        for (ChatMessage message : messages) {
            switch (message) {
                case SystemMessage instructions -> {
                    if (system != null || !turns.isEmpty() || !question.isEmpty()) {
                        throw new InvalidRequestException("the system message must be one, and the first");
                    }
                    system = instructions.text();
                }
                case UserMessage user -> question.addAll(parts(user));
                case AiMessage answer -> {
                    turns.add(new ChatRequest.Exchange(message(question), text(answer)));
                    question.clear();
                }
                default ->
                    throw new UnsupportedFeatureException(
                            "messages of type " + message.type() + " are not supported by Myna");
            }
        }
        if (question.isEmpty()) {
            throw new InvalidRequestException("the last message must be the user's: an answer cannot be continued");
        }
        turns.add(new ChatRequest.Exchange(message(question), null));
        return new ChatRequest.Chat(system, turns);
    }

    private static Message message(List<Part> question) {
        return question.isEmpty() ? Message.of("") : new Message(question);
    }

    private static String text(AiMessage answer) {
        if (answer.hasToolExecutionRequests()) {
            throw new UnsupportedFeatureException(
                    "tools are not supported by Myna, but a message of the model's asks for one");
        }
        return answer.text() == null ? "" : answer.text();
    }

    private List<Part> parts(UserMessage message) {
        if (message.name() != null) {
            throw new UnsupportedFeatureException("names of users are not supported by Myna's prompt formats");
        }
        List<Part> parts = new ArrayList<>();
        for (Content content : message.contents()) {
            parts.add(
                    switch (content) {
                        case TextContent text -> new Part.Text(text.text());
                        case ImageContent image -> new Part.Image(pictures.decode(image));
                        default ->
                            throw new UnsupportedFeatureException("contents of type " + content.type()
                                    + " are not supported by Myna: text and pictures are");
                    });
        }
        return parts;
    }
}
