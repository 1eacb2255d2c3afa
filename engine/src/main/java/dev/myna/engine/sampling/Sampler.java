// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.sampling;

import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.GrammarMask;
import dev.myna.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Chooses the next token from logits. Filters and their order are llama.cpp's: logit bias, grammar, the penalties (repeat,
 * frequency, presence) over the last 64 tokens, top-k, top-p, min-p, temperature; then one draw of {@link SplittableRandom} per
 * token. Temperature 0 takes the most likely token after the penalties. Equal logits are ordered by id, and all sums run in a
 * fixed order, so the same seed and logits give the same tokens. For one thread.
 */
public final class Sampler {
    private static final int PENALTY_WINDOW = 64;

    private final GenerationOptions options;
    private final int size;
    private final BitSet unusable = new BitSet();
    private final int[] recent = new int[PENALTY_WINDOW];
    private int accepted;
    private final SplittableRandom random;
    private float[] scores = new float[0];
    private final Candidates candidates = new Candidates();
    private final int[] biased;
    private final float[] biases;
    private GrammarMask grammar;

    /** What the next token has to be one of, or null. */
    private int[] required;

    /** Tokens allowed besides those of the grammar; they do not advance it. */
    private int[] exempt = {};

    /**
     * A sampler for one answer. Unused tokens and ids beyond the vocabulary are never chosen.
     *
     * @throws RequestException if the options bias a token that the vocabulary does not have
     */
    public Sampler(GenerationOptions options, Tokenizer tokenizer) {
        this.options = options;
        size = tokenizer.size();
        for (int id = 0; id < size; id++) {
            unusable.set(id, !tokenizer.isUsable(id));
        }
        random = new SplittableRandom(options.seed());
        biased = options.logitBias().keySet().stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        biases = new float[biased.length];
        for (int i = 0; i < biased.length; i++) {
            if (biased[i] >= size) {
                throw new RequestException(
                        "logit bias: token " + biased[i] + " is not in the vocabulary of " + size + " tokens");
            }
            biases[i] = options.logitBias().get(biased[i]);
        }
    }

    /**
     * From now on only tokens are chosen that {@code mask} allows; every choice is counted there.
     *
     * @param mask null for any token
     * @param others tokens allowed besides those of the grammar; they do not advance it; negative ones mean none
     */
    public void restrict(GrammarMask mask, int... others) {
        grammar = mask;
        exempt = others.clone();
    }

    /** The next token is one of these, whatever a grammar says; negative ones mean none. */
    public void requireNext(int... ids) {
        required = ids.clone();
    }

    /** From now on no token is allowed besides those of the grammar. */
    public void endExemptions() {
        exempt = new int[0];
    }

    /** Whether the grammar lets nothing but the end come; false without one. */
    public boolean complete() {
        return grammar != null && grammar.complete();
    }

    /** Counts a token that was not chosen here, such as one of the prompt, for the penalties. */
    public void accept(int id) {
        recent[accepted++ % PENALTY_WINDOW] = id;
    }

    /**
     * Chooses a token and counts it for the penalties and the grammar.
     *
     * @param logits [at least one; rows beyond the vocabulary are ignored], not changed
     * @throws GenerationException if a logit of a usable token is NaN or +Inf, or none is finite
     */
    public int next(float[] logits) {
        return next(logits, 0);
    }

    /**
     * As {@link #next(float[])}.
     *
     * @param offset where the logits begin
     */
    public int next(float[] logits, int offset) {
        int count = Math.min(size, logits.length - offset);
        if (scores.length < count) {
            scores = new float[count];
        }
        System.arraycopy(logits, offset, scores, 0, count);
        mask(count);
        for (int i = 0; i < biased.length && biased[i] < count; i++) {
            scores[biased[i]] += biases[i];
        }
        boolean free = required == null;
        if (!free) {
            keepRequired(count);
        } else if (grammar != null) {
            restrict(count);
        }
        penalize(count);
        int best = best(count);
        int id = options.temperature() == 0 ? best : draw(count, best);
        accept(id);
        if (free && grammar != null && !isExempt(id)) {
            grammar.accept(id);
        }
        return id;
    }

    private void keepRequired(int count) {
        float[] kept = new float[required.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = required[i] >= 0 && required[i] < count ? scores[required[i]] : 0;
        }
        Arrays.fill(scores, 0, count, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < kept.length; i++) {
            if (required[i] >= 0 && required[i] < count) {
                scores[required[i]] = kept[i];
            }
        }
        required = null;
    }

    private void restrict(int count) {
        float[] kept = new float[exempt.length];
        for (int i = 0; i < exempt.length; i++) {
            kept[i] = exempt[i] >= 0 && exempt[i] < count ? scores[exempt[i]] : 0;
        }
        grammar.apply(scores, count);
        for (int i = 0; i < exempt.length; i++) {
            if (exempt[i] >= 0 && exempt[i] < count) {
                scores[exempt[i]] = kept[i];
            }
        }
    }

    private boolean isExempt(int id) {
        for (int each : exempt) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }

    private void mask(int count) {
        for (int id = unusable.nextSetBit(0); id >= 0 && id < count; id = unusable.nextSetBit(id + 1)) {
            scores[id] = Float.NEGATIVE_INFINITY;
        }
    }

    private void penalize(int count) {
        float penalty = options.repeatPenalty();
        float frequency = options.frequencyPenalty();
        float presence = options.presencePenalty();
        if (penalty == 1 && frequency == 0 && presence == 0) {
            return;
        }
        int window = Math.min(accepted, PENALTY_WINDOW);
        for (int i = 0; i < window; i++) {
            int id = recent[i];
            if (id >= 0 && id < count && !seenBefore(i)) {
                scores[id] = scores[id] <= 0 ? scores[id] * penalty : scores[id] / penalty;
                scores[id] -= timesSeen(id, window) * frequency + presence;
            }
        }
    }

    private int timesSeen(int id, int window) {
        int times = 0;
        for (int i = 0; i < window; i++) {
            times += recent[i] == id ? 1 : 0;
        }
        return times;
    }

    private boolean seenBefore(int index) {
        for (int i = 0; i < index; i++) {
            if (recent[i] == recent[index]) {
                return true;
            }
        }
        return false;
    }

    /** The most likely token, the lowest id among equals. */
    private int best(int count) {
        int best = -1;
        float max = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < count; id++) {
            float score = scores[id];
            if (!(score < Float.POSITIVE_INFINITY)) {
                throw new GenerationException("the model computed " + score + " as logit of token " + id
                        + ": its weights are damaged, or overflow in this number format");
            }
            if (score > max) {
                max = score;
                best = id;
            }
        }
        if (best < 0) {
            throw new GenerationException("the model computed no finite logit for any of " + count
                    + " usable tokens: its weights are damaged, or overflow in this number format");
        }
        return best;
    }

    private int draw(int count, int best) {
        float max = scores[best];
        candidates.all(scores, count);
        if (options.topK() > 0) {
            candidates.keepBest(options.topK());
        }
        if (options.topP() < 1) {
            candidates.keepMass(options.topP(), max);
        }
        if (options.minP() > 0) {
            candidates.keepAbove(max + Math.log(options.minP()));
        }
        return candidates.draw(random.nextDouble(), max, options.temperature());
    }
}
