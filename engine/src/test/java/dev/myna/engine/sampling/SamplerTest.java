// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {
    /** The last token of this vocabulary, [PAD0], is unused. */
    private static final Tokenizer TOKENIZER = SmallVocabularies.bpe();

    private static final int SIZE = TOKENIZER.size();
    private static final GenerationOptions GREEDY = GenerationOptions.greedy();
    private static final GenerationOptions RANDOM =
            GREEDY.toBuilder().temperature(1).seed(5).build();

    @Test
    void greedyTakesTheLowestIdAmongEquals() {
        float[] logits = filled(-1);
        logits[40] = 3;
        logits[20] = 3;
        logits[30] = 3;
        assertEquals(20, new Sampler(GREEDY, TOKENIZER).next(logits));
        assertEquals(0, new Sampler(GREEDY, TOKENIZER).next(filled(0)));
    }

    @Test
    void unusableTokensAreNeverChosen() {
        float[] logits = new float[SIZE + 10];
        Arrays.fill(logits, -5);
        logits[SIZE - 1] = 100;
        logits[SIZE + 3] = Float.NaN;
        logits[SIZE + 4] = 200;
        logits[7] = 1;
        float[] copy = logits.clone();
        assertEquals(7, new Sampler(GREEDY, TOKENIZER).next(logits));
        Sampler sampler = new Sampler(RANDOM.toBuilder().temperature(50).build(), TOKENIZER);
        for (int i = 0; i < 2000; i++) {
            assertTrue(TOKENIZER.isUsable(sampler.next(logits)));
        }
        assertArrayEquals(copy, logits);
    }

    @Test
    void fewerLogitsThanTokens() {
        float[] logits = new float[10];
        logits[9] = 1;
        assertEquals(9, new Sampler(GREEDY, TOKENIZER).next(logits));
    }

    @Test
    void sameSeedSameTokens() {
        for (GenerationOptions options : new GenerationOptions[] {
            RANDOM,
            RANDOM.toBuilder().topK(20).build(),
            RANDOM.toBuilder().topP(0.9f).build(),
            RANDOM.toBuilder().minP(0.02f).repeatPenalty(1.2f).build()
        }) {
            assertArrayEquals(sequence(options), sequence(options));
            assertTrue(!Arrays.equals(
                    sequence(options), sequence(options.toBuilder().seed(6).build())));
        }
    }

    @Test
    void distributionFollowsTheTemperature() {
        float[] logits = filled(Float.NEGATIVE_INFINITY);
        double[] p = {0.5, 0.3, 0.15, 0.05};
        for (int i = 0; i < p.length; i++) {
            logits[10 * i] = (float) Math.log(p[i]) + 3;
        }
        for (float temperature : new float[] {0.5f, 1, 2}) {
            double[] expected =
                    Arrays.stream(p).map(x -> Math.pow(x, 1 / temperature)).toArray();
            double sum = Arrays.stream(expected).sum();
            int rounds = 40_000;
            int[] counts = new int[SIZE];
            Sampler sampler =
                    new Sampler(RANDOM.toBuilder().temperature(temperature).build(), TOKENIZER);
            for (int i = 0; i < rounds; i++) {
                counts[sampler.next(logits)]++;
            }
            for (int i = 0; i < p.length; i++) {
                assertEquals(expected[i] / sum, counts[10 * i] / (double) rounds, 0.01);
            }
        }
    }

    @Test
    void topKKeepsTheBest() {
        float[] logits = ramp();
        assertEquals(
                Set.of(100, 99, 98),
                support(RANDOM.toBuilder().temperature(100).topK(3).build(), logits));
        assertEquals(Set.of(100), support(RANDOM.toBuilder().topK(1).build(), logits));
        // Equal logits: the lower ids stay.
        assertEquals(Set.of(0, 1), support(RANDOM.toBuilder().topK(2).build(), filled(0)));
        assertEquals(
                SIZE - 1,
                support(RANDOM.toBuilder().temperature(100).topK(SIZE * 2).build(), filled(0))
                        .size());
    }

    @Test
    void topPKeepsTheSmallestSetThatReachesP() {
        float[] logits = logits(0.5, 0.3, 0.15, 0.05);
        GenerationOptions hot = RANDOM.toBuilder().temperature(20).build();
        assertEquals(Set.of(0), support(hot.toBuilder().topP(0.01f).build(), logits));
        assertEquals(Set.of(0), support(hot.toBuilder().topP(0.49f).build(), logits));
        assertEquals(Set.of(0, 1), support(hot.toBuilder().topP(0.51f).build(), logits));
        assertEquals(Set.of(0, 1, 2), support(hot.toBuilder().topP(0.9f).build(), logits));
        assertEquals(Set.of(0, 1, 2, 3), support(hot.toBuilder().topP(0.96f).build(), logits));
        // After top-k the rest counts as one: 0.5 / 0.8 is more than 0.6.
        assertEquals(Set.of(0), support(hot.toBuilder().topK(2).topP(0.6f).build(), logits));
    }

    @Test
    void minPIsRelativeToTheBest() {
        float[] logits = logits(0.5, 0.3, 0.15, 0.05);
        GenerationOptions hot = RANDOM.toBuilder().temperature(20).build();
        assertEquals(Set.of(0, 1), support(hot.toBuilder().minP(0.5f).build(), logits));
        assertEquals(Set.of(0, 1, 2), support(hot.toBuilder().minP(0.2f).build(), logits));
        assertEquals(Set.of(0), support(hot.toBuilder().minP(1).build(), logits));
        assertEquals(Set.of(0, 1, 2, 3), support(hot.toBuilder().minP(0.05f).build(), logits));
    }

    @Test
    void filtersAgreeWithSorting() {
        long seed = 12;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            float[] logits = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                logits[i] = (float) (random.nextInt(200) / 20.0);
            }
            int k = 1 + random.nextInt(60);
            float p = 0.05f + 0.9f * (float) random.nextDouble();
            Integer[] order = new Integer[SIZE - 1];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : a - b);
            double sum = 0;
            for (int i = 0; i < k; i++) {
                sum += Math.exp(logits[order[i]]);
            }
            Set<Integer> expected = new TreeSet<>();
            double mass = 0;
            for (int i = 0; i < k && (i == 0 || mass < p * sum - 1e-9 * sum); i++) {
                mass += Math.exp(logits[order[i]]);
                expected.add(order[i]);
            }
            Set<Integer> actual =
                    support(RANDOM.toBuilder().temperature(100).topK(k).topP(p).build(), logits);
            assertEquals(expected, actual, () -> "seed " + seed + ", k " + k + ", p " + p);
        }
    }

    @Test
    void repeatPenaltyCoversTheLast64Tokens() {
        float[] logits = filled(-10);
        logits[5] = 2;
        logits[6] = 1.5f;
        Sampler sampler = new Sampler(GREEDY.toBuilder().repeatPenalty(2).build(), TOKENIZER);
        assertEquals(5, sampler.next(logits));
        assertEquals(6, sampler.next(logits));
        // Penalised once each, however often they occur: 1 and 0.75.
        assertEquals(5, sampler.next(logits));
        assertEquals(5, sampler.next(logits));
        for (int i = 0; i < 64; i++) {
            sampler.accept(100);
        }
        assertEquals(5, sampler.next(logits));
        // A penalty pushes negative logits down.
        float[] negative = filled(-10);
        negative[5] = -1;
        negative[6] = -1.5f;
        Sampler other = new Sampler(GREEDY.toBuilder().repeatPenalty(2).build(), TOKENIZER);
        other.accept(5);
        other.accept(SIZE + 1000);
        other.accept(-200);
        assertEquals(6, other.next(negative));
    }

    @Test
    void brokenLogitsAreTypedErrors() {
        for (GenerationOptions options : new GenerationOptions[] {
            GREEDY, RANDOM, RANDOM.toBuilder().topP(0.5f).build()
        }) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] logits = filled(0);
                logits[33] = bad;
                String message = assertThrows(
                                GenerationException.class, () -> new Sampler(options, TOKENIZER).next(logits))
                        .getMessage();
                assertTrue(message.contains("token 33"), message);
            }
            assertThrows(
                    GenerationException.class,
                    () -> new Sampler(options, TOKENIZER).next(filled(Float.NEGATIVE_INFINITY)));
            assertThrows(GenerationException.class, () -> new Sampler(options, TOKENIZER).next(new float[0]));
        }
    }

    @Test
    void extremeLogitsAndTemperaturesWork() {
        float[] logits = filled(-Float.MAX_VALUE);
        logits[3] = Float.MAX_VALUE;
        for (float temperature : new float[] {Float.MIN_VALUE, 1e-6f, 1, 100}) {
            GenerationOptions options =
                    RANDOM.toBuilder().temperature(temperature).build();
            assertEquals(Set.of(3), support(options, logits));
            assertEquals(
                    Set.of(3),
                    support(options.toBuilder().topP(0.9f).minP(0.1f).topK(40).build(), logits));
        }
    }

    /** The formula of llama.cpp: repeat penalty, then count times frequency, then presence, over the last 64 tokens. */
    @Test
    void frequencyAndPresenceArePaidForBeingAmongTheLastTokens() {
        float[] logits = filled(-50);
        logits[5] = 10;
        logits[6] = 7;
        Sampler frequent = new Sampler(GREEDY.toBuilder().frequencyPenalty(1).build(), TOKENIZER);
        frequent.accept(5);
        frequent.accept(5);
        assertEquals(5, frequent.next(logits), "8 against 7");
        assertEquals(5, frequent.next(logits), "7 against 7: the lower id");
        assertEquals(6, frequent.next(logits), "6 against 7");
        Sampler present = new Sampler(GREEDY.toBuilder().presencePenalty(3.5f).build(), TOKENIZER);
        assertEquals(5, present.next(logits));
        assertEquals(6, present.next(logits), "6.5 against 7");
        assertEquals(5, present.next(logits), "6.5 against 3.5");
        for (int i = 0; i < 64; i++) {
            present.accept(9);
        }
        assertEquals(5, present.next(logits), "forgotten after 64 tokens");
        Sampler both = new Sampler(
                GREEDY.toBuilder().repeatPenalty(2).presencePenalty(-4).build(), TOKENIZER);
        both.accept(5);
        assertEquals(5, both.next(logits), "10 / 2 + 4 against 7");
    }

    @Test
    void biasIsAddedFirst() {
        float[] logits = ramp();
        assertEquals(3, new Sampler(GREEDY.toBuilder().logitBias(Map.of(3, 98f)).build(), TOKENIZER).next(logits));
        assertEquals(
                99,
                new Sampler(
                                GREEDY.toBuilder()
                                        .logitBias(Map.of(100, Float.NEGATIVE_INFINITY))
                                        .build(),
                                TOKENIZER)
                        .next(logits));
        assertEquals(
                Set.of(99, 100),
                support(
                        RANDOM.toBuilder()
                                .topK(3)
                                .logitBias(Map.of(98, Float.NEGATIVE_INFINITY))
                                .minP(0.1f)
                                .build(),
                        logits));
        assertThrows(
                RequestException.class,
                () -> new Sampler(GREEDY.toBuilder().logitBias(Map.of(SIZE, 1f)).build(), TOKENIZER));
        assertThrows(
                RequestException.class,
                () -> GREEDY.toBuilder().logitBias(Map.of(-1, 1f)).build());
        assertThrows(
                RequestException.class,
                () -> GREEDY.toBuilder().logitBias(Map.of(1, Float.NaN)).build());
    }

    @Test
    void onlyWhatTheGrammarAllowsIsChosen() {
        int a = TOKENIZER.encode("a", Tokenizer.Specials.PLAIN)[0];
        int b = TOKENIZER.encode("b", Tokenizer.Specials.PLAIN)[0];
        for (GenerationOptions options : new GenerationOptions[] {
            GREEDY, RANDOM.toBuilder().temperature(30).build()
        }) {
            Sampler sampler =
                    new Sampler(options.toBuilder().logitBias(Map.of(b, 100f)).build(), TOKENIZER);
            sampler.restrict(Grammar.gbnf("root ::= \"ab\"").mask(TOKENIZER));
            StringBuilder text = new StringBuilder();
            while (!sampler.complete()) {
                byte[] bytes = TOKENIZER.bytes(sampler.next(filled(0)));
                text.append(new String(bytes, StandardCharsets.UTF_8));
            }
            assertEquals("ab", text.toString());
        }
        assertTrue(a != b);
    }

    private static int[] sequence(GenerationOptions options) {
        Sampler sampler = new Sampler(options, TOKENIZER);
        SplittableRandom random = new SplittableRandom(1);
        int[] ids = new int[100];
        for (int i = 0; i < ids.length; i++) {
            float[] logits = new float[SIZE];
            for (int j = 0; j < SIZE; j++) {
                logits[j] = (float) (4 * random.nextDouble());
            }
            ids[i] = sampler.next(logits);
        }
        return ids;
    }

    /** Every token seen in many draws. */
    private static Set<Integer> support(GenerationOptions options, float[] logits) {
        Sampler sampler = new Sampler(options, TOKENIZER);
        Set<Integer> ids = new TreeSet<>();
        for (int i = 0; i < 4000; i++) {
            ids.add(sampler.next(logits));
        }
        return ids;
    }

    private static float[] logits(double... probabilities) {
        float[] logits = filled(Float.NEGATIVE_INFINITY);
        for (int i = 0; i < probabilities.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }

    private static float[] ramp() {
        float[] logits = filled(-50);
        for (int i = 0; i <= 100; i++) {
            logits[i] = i;
        }
        return logits;
    }

    private static float[] filled(float value) {
        float[] logits = new float[SIZE];
        Arrays.fill(logits, value);
        return logits;
    }
}
