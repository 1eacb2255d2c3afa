// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.RequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Sampling options by the names that they have on the command line, for {@code /set}. */
enum ChatSettings {
    N_PREDICT("n-predict", GenerationOptions::maxTokens, (to, text) -> to.maxTokens(Math.max(0, integer(text)))),
    TEMP("temp", GenerationOptions::temperature, (to, text) -> to.temperature(number(text))),
    TOP_K("top-k", GenerationOptions::topK, (to, text) -> to.topK(integer(text))),
    TOP_P("top-p", GenerationOptions::topP, (to, text) -> to.topP(number(text))),
    MIN_P("min-p", GenerationOptions::minP, (to, text) -> to.minP(number(text))),
    REPEAT_PENALTY("repeat-penalty", GenerationOptions::repeatPenalty, (to, text) -> to.repeatPenalty(number(text))),
    PRESENCE_PENALTY(
            "presence-penalty", GenerationOptions::presencePenalty, (to, text) -> to.presencePenalty(number(text))),
    FREQUENCY_PENALTY(
            "frequency-penalty", GenerationOptions::frequencyPenalty, (to, text) -> to.frequencyPenalty(number(text))),
    SEED("seed", GenerationOptions::seed, (to, text) -> to.seed(integer(text))),
    REASONING_BUDGET(
            "reasoning-budget", GenerationOptions::reasoningBudget, (to, text) -> to.reasoningBudget(integer(text)));

    private final String label;
    private final Function<GenerationOptions, Object> reader;
    private final Change change;

    /** Changes an option. */
    private interface Change {
        GenerationOptions.Builder in(GenerationOptions.Builder options, String text);
    }

    ChatSettings(String label, Function<GenerationOptions, Object> reader, Change change) {
        this.label = label;
        this.reader = reader;
        this.change = change;
    }

    /** All options and their values, one line each. */
    static List<String> show(GenerationOptions options) {
        List<String> lines = new ArrayList<>();
        for (ChatSettings each : values()) {
            lines.add(each.label + " " + each.reader.apply(options));
        }
        return lines;
    }

    /**
     * The options with one changed.
     *
     * @param argument a name and a value; the name may begin with dashes
     * @throws RequestException if the name is unknown, or the value does not fit; the message says what would
     */
    static GenerationOptions set(GenerationOptions options, String argument) {
        String[] words = argument.strip().split("[\\s=]+", 2);
        String name = words[0].replaceFirst("^-+", "");
        for (ChatSettings each : values()) {
            if (each.label.equals(name)) {
                if (words.length == 1) {
                    throw new RequestException(
                            "/set " + name + " needs a value, as in /set " + name + " " + each.reader.apply(options));
                }
                return each.change.in(options.toBuilder(), words[1].strip()).build();
            }
        }
        throw new RequestException("unknown option '" + name + "': /set knows "
                + String.join(
                        ", ",
                        java.util.Arrays.stream(values())
                                .map(each -> each.label)
                                .toList()));
    }

    private static int integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new RequestException("'" + text + "' is not a whole number");
        }
    }

    private static float number(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw new RequestException("'" + text + "' is not a number");
        }
    }
}
