// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.engine.error.RequestException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tests to run. As in llama-bench, prompt and generation have defaults of their own, and 0 leaves them out; naming no
 * test at all means all of them.
 *
 * @param prompts prompt lengths, or null for the default
 * @param generations generation lengths, or null for the default
 * @param pairs prompts followed by generation
 * @param depths positions in the context before each test
 * @param vit whether images are asked for
 * @param ttft whether first tokens are asked for
 * @param states states of the process for the latter two
 */
record BenchPlan(
        List<Integer> prompts,
        List<Integer> generations,
        List<Pair> pairs,
        List<Integer> depths,
        boolean vit,
        boolean ttft,
        List<BenchTest.State> states) {
    private static final int DEFAULT_PROMPT = 512;
    private static final int DEFAULT_GENERATION = 128;

    /** {@code -pg}. */
    record Pair(int prompt, int generation) {

        /** Reads {@code 512,128}. */
        static Pair parse(String text) {
            String[] parts = text.split(",", -1);
            try {
                if (parts.length == 2) {
                    Pair pair = new Pair(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
                    if (pair.prompt > 0 && pair.generation > 0) {
                        return pair;
                    }
                }
            } catch (NumberFormatException e) {
                // The message below says it better.
            }
            throw new RequestException("-pg takes prompt and generation lengths such as 512,128, not '" + text + "'");
        }
    }

    /** Whether every test is meant, as none was named. */
    private boolean all() {
        return prompts == null && generations == null && pairs.isEmpty() && !vit && !ttft;
    }

    /** Whether images are of use: the model's vision file should be looked for. */
    boolean looks() {
        return vit || ttft || all();
    }

    /**
     * The tests in the order of the table.
     *
     * @param sees whether the model has a vision file
     * @throws RequestException if a number is negative, or no test is left
     */
    List<BenchTest> tests(boolean sees) {
        if (vit && !sees) {
            throw new RequestException("--vit needs a model with a vision file");
        }
        boolean tokens = prompts != null || generations != null || all();
        List<BenchTest> tests = new ArrayList<>();
        for (int depth : depths) {
            notNegative("-d", depth);
            for (int length : tokens ? or(prompts, DEFAULT_PROMPT) : List.<Integer>of()) {
                notNegative("-p", length);
                add(tests, length, 0, depth);
            }
            for (int length : tokens ? or(generations, DEFAULT_GENERATION) : List.<Integer>of()) {
                notNegative("-n", length);
                add(tests, 0, length, depth);
            }
            for (Pair pair : pairs) {
                add(tests, pair.prompt(), pair.generation(), depth);
            }
        }
        for (BenchTest.State state : vit || all() && sees ? states : List.<BenchTest.State>of()) {
            tests.add(new BenchTest.Vit(state));
        }
        for (BenchTest.State state : ttft || all() ? states : List.<BenchTest.State>of()) {
            tests.add(new BenchTest.Ttft(state));
        }
        if (tests.isEmpty()) {
            throw new RequestException("nothing to measure: give -p, -n, -pg, --vit or --ttft");
        }
        return tests;
    }

    private static void add(List<BenchTest> tests, int prompt, int generation, int depth) {
        if (prompt + generation > 0) {
            tests.add(new BenchTest.Tokens(prompt, generation, depth));
        }
    }

    private static List<Integer> or(List<Integer> given, int fallback) {
        return given == null ? List.of(fallback) : given;
    }

    private static void notNegative(String option, int value) {
        if (value < 0) {
            throw new RequestException(option + " must be 0 or more, not " + value);
        }
    }
}
