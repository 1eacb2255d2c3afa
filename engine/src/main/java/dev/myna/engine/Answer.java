// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Utf8Stream;
import java.util.ArrayList;
import java.util.List;

/** One answer as it grows: chooses tokens from logits, turns them into text, and says when it has ended. For one thread. */
final class Answer {
    private final GenerationOptions options;
    private final Tokenizer tokenizer;
    private final int[] stopIds;
    private final Sampler sampler;
    private final Utf8Stream stream;
    private final StringBuilder text = new StringBuilder();
    private final List<Generation.TokenChoice> choices = new ArrayList<>();
    private int generated;
    private Generation.FinishReason finishReason;

    /**
     * @param stopIds tokens that end it, besides the vocabulary's own
     * @throws RequestException if the options name tokens that the vocabulary does not have
     */
    Answer(GenerationOptions options, Model model, int[] stopIds, Prompt prompt) {
        this.options = options;
        this.tokenizer = model.tokenizer();
        this.stopIds = stopIds;
        this.sampler = new Sampler(options, tokenizer);
        if (options.grammar() != null) {
            sampler.restrict(options.grammar().mask(model.tokenTrie()));
        }
        this.stream = new Utf8Stream(options.stop(), Utf8Stream.Unit.CODE_POINT);
        prompt.tokens().forEach(sampler::accept);
    }

    /**
     * Chooses the next token and notes what follows from it.
     *
     * @param logits the model's, from {@code offset} on
     * @throws GenerationException if they are no numbers
     */
    int next(float[] logits, int offset) {
        int token = sampler.next(logits, offset);
        generated++;
        if (options.logprobs() >= 0) {
            choices.add(LogProbs.of(logits, offset, tokenizer, token, options.logprobs()));
        }
        if (endsAnswer(token)) {
            finish(Generation.FinishReason.STOP);
            return token;
        }
        text.append(stream.accept(tokenizer.bytes(token)));
        if (stream.stopped() || sampler.complete()) {
            finish(Generation.FinishReason.STOP);
        } else if (generated == options.maxTokens()) {
            finish(Generation.FinishReason.LENGTH);
        }
        return token;
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
            text.append(stream.finish());
            finishReason = reason;
        }
    }

    /** Why it ended, or null. */
    Generation.FinishReason finishReason() {
        return finishReason;
    }

    /** All text so far. */
    CharSequence text() {
        return text;
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
