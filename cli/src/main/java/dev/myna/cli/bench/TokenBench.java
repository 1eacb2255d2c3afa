// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.engine.Model;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Measures prefill and decode on random token ids, without template and sampling, as llama-bench does. */
final class TokenBench {
    private static final int SEED = 1;
    private static final int WARM_UP_STEP = 256;

    private final Model model;
    private final CacheTypes cacheType;
    private final Repetitions repetitions;

    TokenBench(Model model, CacheTypes cacheType, Repetitions repetitions) {
        this.model = model;
        this.cacheType = cacheType;
        this.repetitions = repetitions;
    }

    /** Fills the context to the test's depth, warms up, and measures. */
    Measured run(BenchTest.Tokens test) {
        SessionOptions options = SessionOptions.builder()
                .contextSize(test.contextSize())
                .cacheTypes(cacheType.keys(), cacheType.values())
                .build();
        try (TokenSequence sequence = model.newTokenSequence(options)) {
            int[] ids = ids(test.depth() + test.count());
            int promptEnd = test.depth() + test.prompt();
            int[] prompt = Arrays.copyOfRange(ids, test.depth(), promptEnd);
            int[] answer = Arrays.copyOfRange(ids, promptEnd, ids.length);
            sequence.append(Arrays.copyOf(ids, test.depth()));
            warmUp(sequence, test.depth(), prompt, answer);
            return repetitions.times(new Repetitions.Run() {
                @Override
                public void reset() {
                    sequence.rewind(test.depth());
                }

                @Override
                public void run() {
                    if (prompt.length > 0) {
                        sequence.append(prompt);
                    }
                    for (int id : answer) {
                        sequence.append(id);
                    }
                }
            });
        }
    }

    /** Runs the test in small steps, so that a large model does not exceed the time of the warm-up by much. */
    private void warmUp(TokenSequence sequence, int depth, int[] prompt, int[] answer) {
        long deadline = repetitions.warmUpDeadline();
        while (System.nanoTime() < deadline) {
            sequence.rewind(depth);
            for (int i = 0; i < prompt.length && System.nanoTime() < deadline; i += WARM_UP_STEP) {
                sequence.append(Arrays.copyOfRange(prompt, i, Math.min(i + WARM_UP_STEP, prompt.length)));
            }
            for (int i = 0; i < answer.length && System.nanoTime() < deadline; i++) {
                sequence.append(answer[i]);
            }
        }
    }

    /** Random entries of the vocabulary, after BOS where the model wants one. */
    private int[] ids(int count) {
        Tokenizer tokenizer = model.tokenizer();
        int[] ids = new SplittableRandom(SEED).ints(count, 0, tokenizer.size()).toArray();
        if (count > 0 && tokenizer.addBos()) {
            ids[0] = tokenizer.bos();
        }
        return ids;
    }
}
