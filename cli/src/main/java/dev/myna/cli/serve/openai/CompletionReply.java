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

/** Answers of {@code /v1/completions}. */
final class CompletionReply extends Reply {
    /** Characters of the answer before the next token, for the older form of logprobs. */
    private int offset;

    CompletionReply(String model, String fingerprint) {
        super("cmpl-", model, fingerprint);
    }

    @Override
    String object(boolean chunk) {
        return "text_completion";
    }

    @Override
    Map<String, Object> opening() {
        return null;
    }

    @Override
    Map<String, Object> delta(AnswerEvent event, String finish, List<TokenChoice> tokens) {
        return choice(event instanceof AnswerEvent.Content(String text) ? text : "", finish, tokens);
    }

    @Override
    Map<String, Object> whole(ChatMessage.Assistant answer, String finish, List<TokenChoice> tokens) {
        return choice(answer.text(), finish, tokens);
    }

    private Map<String, Object> choice(String text, String finish, List<TokenChoice> tokens) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("text", text);
        choice.put("index", 0);
        choice.put("logprobs", tokens == null ? null : logprobs(tokens));
        choice.put("finish_reason", finish);
        return choice;
    }

    private Map<String, Object> logprobs(List<TokenChoice> tokens) {
        List<String> texts = new ArrayList<>();
        List<Float> chosen = new ArrayList<>();
        List<Map<String, Float>> top = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        for (TokenChoice token : tokens) {
            String text = text(token.bytes());
            texts.add(text);
            chosen.add(ChatReply.finite(token.logprob()));
            offsets.add(offset);
            offset += text.length();
            Map<String, Float> alternatives = new LinkedHashMap<>();
            for (Alternative alternative : token.top()) {
                // Partial characters can have the same text: the more likely one is kept.
                alternatives.putIfAbsent(text(alternative.bytes()), ChatReply.finite(alternative.logprob()));
            }
            top.add(alternatives);
        }
        Map<String, Object> logprobs = new LinkedHashMap<>();
        logprobs.put("tokens", texts);
        logprobs.put("token_logprobs", chosen);
        logprobs.put("top_logprobs", top);
        logprobs.put("text_offset", offsets);
        return logprobs;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
