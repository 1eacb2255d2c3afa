// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

/** One line of a benchmark's table. */
sealed interface BenchTest {

    /** The name in the table; for prompt and generation the one llama-bench uses. */
    String label();

    /** Whether it runs in a fresh process or in one that has warmed up. */
    enum State {
        WARM,
        COLD;

        String label() {
            return this == WARM ? "warm" : "cold";
        }
    }

    /** State of the process the test runs in. */
    State state();

    /**
     * A prompt, then generation, with {@code depth} positions in the context already.
     *
     * @param prompt tokens processed together; 0 for none
     * @param generation tokens processed one by one; 0 for none
     */
    record Tokens(int prompt, int generation, int depth) implements BenchTest {
        @Override
        public String label() {
            String name;
            if (generation == 0) {
                name = "pp" + prompt;
            } else {
                name = prompt == 0 ? "tg" + generation : "pp" + prompt + "+tg" + generation;
            }
            return depth == 0 ? name : name + " @ d" + depth;
        }

        @Override
        public State state() {
            return State.WARM;
        }

        /** Positions of the context it needs. */
        int contextSize() {
            return Math.addExact(depth, count());
        }

        /** Tokens processed in one repetition. */
        int count() {
            return prompt + generation;
        }
    }

    /** One image through preprocessing, tower and projector. */
    record Vit(State state) implements BenchTest {
        @Override
        public String label() {
            return "vit " + state.label();
        }
    }

    /** A question, with an image where the model sees, to the first token; cold from the start of the process. */
    record Ttft(State state) implements BenchTest {
        @Override
        public String label() {
            return "ttft " + state.label();
        }
    }
}
