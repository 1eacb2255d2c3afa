// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.text.Tokenizer;

/**
 * Refuses texts that cannot fit in the context, before they are tokenized.
 *
 * @param characters every longer text has more tokens than the context has positions
 */
public record TextBound(long characters) {
    /** Normalization may join several characters into one before they become a token. */
    private static final int JOINED = 4;

    public static TextBound of(Tokenizer tokenizer, int contextSize) {
        int longest = 1;
        for (int id = 0; id < tokenizer.size(); id++) {
            longest = Math.max(longest, tokenizer.bytes(id).length);
        }
        return new TextBound((long) contextSize * longest * JOINED);
    }

    private static long length(ChatMessage message) {
        return switch (message) {
            case ChatMessage.System system -> system.text().length();
            case ChatMessage.User user -> user.message().text().length();
            case ChatMessage.ToolResult result -> result.text().length();
            case ChatMessage.Assistant answer ->
                answer.text().length()
                        + answer.calls().stream()
                                .mapToLong(call -> call.arguments().length())
                                .sum();
        };
    }

    void check(ChatRequest request, String param) {
        long length = switch (request) {
            case ChatRequest.Raw raw -> raw.text().length();
            case ChatRequest.Chat chat -> {
                long sum = 0;
                for (ChatMessage message : chat.messages()) {
                    sum += length(message);
                }
                yield sum;
            }
        };
        if (length > characters) {
            throw ApiException.invalid(
                    param,
                    "context_length_exceeded",
                    param + " has " + length + " characters, far more than the context can hold");
        }
    }
}
