// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.prompt.PromptFormat;
import dev.myna.engine.sampling.LogProbs;
import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Utf8Stream;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.engine.tools.AnswerReader;
import dev.myna.engine.tools.CallIds;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolUse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * One answer as it grows: chooses tokens from logits, turns them into text, reads reasoning and calls out of it, and says when it has
 * ended. For one thread.
 */
final class Answer {
    private final GenerationOptions options;
    private final Tokenizer tokenizer;
    private final int[] stopIds;
    private final Sampler sampler;
    private final Utf8Stream stream;

    /** Null if there is nothing to be read out of the text. */
    private final AnswerReader reader;

    /** Control tokens that are text to the reader. */
    private final Set<String> tags;

    private final AnswerShape shape;
    private final List<AnswerEvent> events = new ArrayList<>();
    private final List<Generation.TokenChoice> choices = new ArrayList<>();
    private int generated;
    private Generation.FinishReason finishReason;

    /**
     * @param frame of the conversation
     * @param tools that may be called
     * @throws RequestException if the options name tokens that the vocabulary does not have
     */
    Answer(GenerationOptions options, SessionSetup frame, Prompt prompt, ToolUse tools) {
        this.options = options;
        tokenizer = frame.model().tokenizer();
        PromptFormat format = frame.format();
        stopIds = stopIds(format, tools);
        sampler = new Sampler(options, tokenizer);
        stream = new Utf8Stream(options.stop(), Utf8Stream.Unit.CODE_POINT);
        ReasoningTags reasoning = format.reasoning();
        if (reasoning != null) {
            reasoning = reasoning.startedBy(prompt.ending(tokenizer));
        }
        boolean plain = reasoning == null && tools.offered().isEmpty();
        reader = plain
                ? null
                : new AnswerReader(
                        format.toolFormat(),
                        tools.callable(),
                        reasoning,
                        tools.many(),
                        new CallIds(format.toolFormat()));
        tags = plain ? Set.of() : reader.tags();
        shape = new AnswerShape(options, frame, stopIds, reasoning, tools, sampler, reader);
        prompt.tokens().forEach(sampler::accept);
    }

    /** The format's, and where there are tools what a model writes that waits for their results. */
    private int[] stopIds(PromptFormat format, ToolUse tools) {
        String waits = tools.offered().isEmpty() ? null : format.toolFormat().waits();
        int id = waits == null ? -1 : tokenizer.id(waits);
        int[] ids = format.stopIds(tokenizer);
        if (id < 0) {
            return ids;
        }
        int[] all = Arrays.copyOf(ids, ids.length + 1);
        all[ids.length] = id;
        return all;
    }

    /**
     * Chooses the next token and notes what follows from it.
     *
     * @param logits the model's, from {@code offset} on
     * @throws GenerationException if they are no numbers
     */
    int next(float[] logits, int offset) {
        int token = shape.next(logits, offset);
        generated++;
        if (options.logprobs() >= 0) {
            choices.add(LogProbs.of(logits, offset, tokenizer, token, options.logprobs()));
        }
        if (endsAnswer(token)) {
            finish(Generation.FinishReason.STOP);
            return token;
        }
        read(stream.accept(bytes(token)));
        shape.follow();
        if (stream.stopped() || shape.complete() || reader != null && reader.ended()) {
            finish(Generation.FinishReason.STOP);
        } else if (generated == options.maxTokens()) {
            finish(Generation.FinishReason.LENGTH);
        }
        return token;
    }

    /** What a token says. Control tokens say nothing to people, but some of them open and close calls and reasoning. */
    private byte[] bytes(int token) {
        byte[] bytes = tokenizer.bytes(token);
        return bytes.length == 0 && reader != null && tags.contains(tokenizer.piece(token))
                ? tokenizer.piece(token).getBytes(StandardCharsets.UTF_8)
                : bytes;
    }

    private void read(String text) {
        if (reader != null) {
            events.addAll(reader.accept(text));
        } else if (!text.isEmpty()) {
            events.add(new AnswerEvent.Content(text));
        }
    }

    private boolean endsAnswer(int token) {
        for (int stop : stopIds) {
            if (token == stop) {
                return true;
            }
        }
        return tokenizer.isEndOfGeneration(token);
    }

    /** Ends it, unless it has ended. */
    void finish(Generation.FinishReason reason) {
        if (finishReason == null) {
            read(stream.finish());
            if (reader != null) {
                events.addAll(reader.finish());
            }
            boolean calls = reader != null && reader.calls() > 0;
            finishReason =
                    calls && reason == Generation.FinishReason.STOP ? Generation.FinishReason.TOOL_CALLS : reason;
        }
    }

    /** Why it ended, or null. */
    Generation.FinishReason finishReason() {
        return finishReason;
    }

    /** Events so far. */
    int count() {
        return events.size();
    }

    /** Events from one on. */
    List<AnswerEvent> since(int from) {
        return List.copyOf(events.subList(from, events.size()));
    }

    /** Content of the events from one on. */
    String contentSince(int from) {
        StringBuilder content = new StringBuilder();
        for (AnswerEvent event : events.subList(from, events.size())) {
            if (event instanceof AnswerEvent.Content(String text)) {
                content.append(text);
            }
        }
        return content.toString();
    }

    /** The answer so far, without trailing white space: a later turn's prompt repeats it. */
    ChatMessage.Assistant message() {
        StringBuilder reasoning = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        StringBuilder arguments = new StringBuilder();
        AnswerEvent.Call open = null;
        for (AnswerEvent event : events) {
            switch (event) {
                case AnswerEvent.Content _ -> {}
                case AnswerEvent.Reasoning(String text) -> reasoning.append(text);
                case AnswerEvent.Arguments piece -> arguments.append(piece.json());
                case AnswerEvent.Call call -> {
                    if (open != null) {
                        calls.add(new ToolCall(open.id(), open.name(), arguments.toString()));
                    }
                    open = call;
                    arguments.setLength(0);
                }
            }
        }
        if (open != null) {
            calls.add(new ToolCall(open.id(), open.name(), arguments.toString()));
        }
        return new ChatMessage.Assistant(
                contentSince(0).stripTrailing(), reasoning.isEmpty() ? null : reasoning.toString(), calls);
    }

    /** Tools whose schemas are not enforced. */
    List<String> unenforced() {
        return shape.unenforced();
    }

    /** Tokens so far. */
    int generated() {
        return generated;
    }

    /** What was chosen, where log probabilities are asked for. */
    List<Generation.TokenChoice> choices() {
        return List.copyOf(choices);
    }
}
