// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import java.util.Locale;
import java.util.regex.Pattern;

/** Peers whose command line and output are known: both commands for one test on one file. */
enum PeerPreset {
    /** llama.cpp's and ik_llama.cpp's {@code llama-bench}. */
    LLAMA_BENCH("llama-bench") {
        @Override
        MeasuredCommand theirs(String peer, Test test) {
            return new MeasuredCommand(
                    "theirs",
                    "%s -m %s -p %d -n %d -t %d -r 1 -o csv"
                            .formatted(peer, quoted(test.model()), test.prompt(), test.generation(), test.threads()),
                    new Figure.Column("avg_ts"));
        }
    },

    /** jinfer's benchmark of the same kind. */
    JINFER("jinfer") {
        @Override
        MeasuredCommand theirs(String peer, Test test) {
            // It has no test of length 0, so the other one is made as short as it can be.
            return new MeasuredCommand(
                    "theirs",
                    "%s -m %s -p %d -n %d -t %d -r 1"
                            .formatted(
                                    peer,
                                    quoted(test.model()),
                                    Math.max(1, test.prompt()),
                                    Math.max(1, test.generation()),
                                    test.threads()),
                    new Figure.Match(Pattern.compile(test.label() + "\\s*\\|\\s*([0-9.]+)")));
        }
    },

    /**
     * llama3.java, which has no benchmark: it answers a prompt of that many words, on one thread per core, and prints its speeds
     * to stderr. As it does not warm up, ours does not either.
     */
    LLAMA3_JAVA("llama3.java") {
        @Override
        MeasuredCommand theirs(String peer, Test test) {
            String words = "word ".repeat(Math.max(2, test.prompt())).strip();
            return new MeasuredCommand(
                    "theirs",
                    "%s --model %s --instruct --temperature 0 --max-tokens %d --prompt '%s'"
                            .formatted(
                                    peer,
                                    quoted(test.model()),
                                    // Its limit includes the prompt and the template around it.
                                    test.prompt() + test.generation() + 48,
                                    words),
                    new Figure.Match(Pattern.compile(
                            (test.generation() == 0 ? "prompt" : "generation") + ": ([0-9.]+) tokens/s")));
        }

        @Override
        String ownOptions() {
            return " --no-warmup";
        }
    };

    private final String label;

    PeerPreset(String label) {
        this.label = label;
    }

    /**
     * What is measured.
     *
     * @param prompt tokens of the prompt test, or 0
     * @param generation tokens of the generation test, or 0
     */
    record Test(String model, int prompt, int generation, int threads) {
        String label() {
            return generation == 0 ? "pp" + prompt : "tg" + generation;
        }
    }

    /** The name on the command line. */
    String label() {
        return label;
    }

    /** The peer's command. */
    abstract MeasuredCommand theirs(String peer, Test test);

    /** Options of {@code myna bench} that make the comparison fair. */
    String ownOptions() {
        return "";
    }

    /** Myna's command for the same test. */
    MeasuredCommand ours(String myna, Test test) {
        return new MeasuredCommand(
                "ours",
                String.format(
                        Locale.ROOT,
                        "%s bench -m %s -p %d -n %d -t %d -r 1 -o csv%s",
                        myna,
                        quoted(test.model()),
                        test.prompt(),
                        test.generation(),
                        test.threads(),
                        ownOptions()),
                new Figure.Column("avg_ts"));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
