// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation.Alternative;
import dev.myna.engine.Generation.TokenChoice;
import dev.myna.engine.tools.AnswerEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers of {@code /v1/chat/completions}. */
final class ChatReply extends Reply {
    ChatReply(String model, String fingerprint) {
        super("chatcmpl-", model, fingerprint);
    }

    @Override
    String object(boolean chunk) {
        return chunk ? "chat.completion.chunk" : "chat.completion";
    }

    @Override
    Map<String, Object> opening() {
        return choice("delta", message(""), null, null);
    }

    @Override
    Map<String, Object> delta(AnswerEvent event, String finish, List<TokenChoice> tokens) {
        return choice("delta", delta(event), finish, tokens);
    }

    /** A delta as OpenAI's clients expect it: id and name of a call once, then pieces of its arguments. */
    private static Map<String, Object> delta(AnswerEvent event) {
        return switch (event) {
            case null -> Map.of();
            case AnswerEvent.Content(String text) -> text.isEmpty() ? Map.of() : Map.of("content", text);
            case AnswerEvent.Reasoning(String text) -> Map.of("reasoning_content", text);
            case AnswerEvent.Call(int index, String id, String name) -> {
                Map<String, Object> call = call(id, name, "");
                Map<String, Object> indexed = new LinkedHashMap<>();
                indexed.put("index", index);
                indexed.putAll(call);
                yield Map.of("tool_calls", List.of(indexed));
            }
            case AnswerEvent.Arguments(int index, String json) -> {
                Map<String, Object> piece = new LinkedHashMap<>();
                piece.put("index", index);
                piece.put("function", Map.of("arguments", json));
                yield Map.of("tool_calls", List.of(piece));
            }
        };
    }

    private static Map<String, Object> call(String id, String name, String arguments) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("arguments", arguments);
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("id", id);
        call.put("type", "function");
        call.put("function", function);
        return call;
    }

    @Override
    Map<String, Object> whole(ChatMessage.Assistant answer, String finish, List<TokenChoice> tokens) {
        boolean silent = answer.text().isEmpty() && !answer.calls().isEmpty();
        Map<String, Object> message = message(silent ? null : answer.text());
        if (answer.reasoning() != null) {
            message.put("reasoning_content", answer.reasoning());
        }
        message.put("refusal", null);
        if (!answer.calls().isEmpty()) {
            message.put(
                    "tool_calls",
                    answer.calls().stream()
                            .map(call -> call(call.id(), call.name(), call.arguments()))
                            .toList());
        }
        return choice("message", message, finish, tokens);
    }

    private static Map<String, Object> message(String text) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", text);
        return message;
    }

    private static Map<String, Object> choice(
            String name, Map<String, Object> message, String finish, List<TokenChoice> tokens) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put(name, message);
        choice.put("logprobs", tokens == null ? null : logprobs(tokens));
        choice.put("finish_reason", finish);
        return choice;
    }

    private static Map<String, Object> logprobs(List<TokenChoice> tokens) {
        List<Map<String, Object>> content = new ArrayList<>();
        for (TokenChoice token : tokens) {
            Map<String, Object> one = token(token.bytes(), token.logprob());
            List<Map<String, Object>> top = new ArrayList<>();
            for (Alternative alternative : token.top()) {
                top.add(token(alternative.bytes(), alternative.logprob()));
            }
            one.put("top_logprobs", top);
            content.add(one);
        }
        Map<String, Object> logprobs = new LinkedHashMap<>();
        logprobs.put("content", content);
        logprobs.put("refusal", null);
        return logprobs;
    }

    private static Map<String, Object> token(byte[] bytes, float logprob) {
        List<Integer> numbers = new ArrayList<>();
        for (byte b : bytes) {
            numbers.add(b & 0xFF);
        }
        Map<String, Object> token = new LinkedHashMap<>();
        // A partial character becomes replacement characters; "bytes" has the exact value.
        token.put("token", new String(bytes, StandardCharsets.UTF_8));
        token.put("logprob", finite(logprob));
        token.put("bytes", numbers);
        return token;
    }

    /** JSON has no infinity; OpenAI writes -9999 for an impossible token. */
    static float finite(float logprob) {
        return Math.max(logprob, -9999);
    }
}
