// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.terminal.Console;
import dev.myna.engine.FileSampling;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen; names and meanings are llama.cpp's. */
public final class SamplingArguments {
    @Option(
            names = {"-n", "--n-predict"},
            paramLabel = "N",
            description = "most new tokens (default ${DEFAULT-VALUE}); 0 = until the context is full")
    public int maxTokens = 512;

    @Option(
            names = "--temp",
            paramLabel = "T",
            description = "0 = always the likeliest token; default: the file's, or 0")
    Float temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "keep the K likeliest tokens; 0 = off; default: the file's, or off")
    Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "keep the likeliest tokens up to P; 1 = off; default as above")
    Float topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "drop tokens below P x the likeliest; 0 = off; default as above")
    Float minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", description = "against repetition; 1 = off; default as above")
    Float repeatPenalty;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "same seed, same answer; default: random when --temp is above 0")
    public Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "end the answer at this text (repeatable)")
    List<String> stop = new ArrayList<>();

    /** Named by the guide; help has no room for a line of its own. */
    @Option(
            names = "--reasoning-budget",
            paramLabel = "N",
            hidden = true,
            description = "most tokens of reasoning; -1 (default) = no limit")
    int reasoningBudget = -1;

    /** Drawn once. */
    private final long drawn = Integer.toUnsignedLong(new SecureRandom().nextInt());

    /** The options as far as the command line says them: others as if no model said anything. */
    public GenerationOptions options() {
        return options(GenerationOptions.greedy());
    }

    /**
     * The options; draws a seed if one is needed and none was given.
     *
     * @param model what the model's file says
     */
    public GenerationOptions options(GenerationOptions model) {
        // -1 is how llama.cpp spells "until the context is full".
        int tokens = maxTokens == -1 ? 0 : maxTokens;
        GenerationOptions options = model.toBuilder()
                .maxTokens(tokens)
                .temperature(temperature == null ? model.temperature() : temperature)
                .topK(topK == null ? model.topK() : topK)
                .topP(topP == null ? model.topP() : topP)
                .minP(minP == null ? model.minP() : minP)
                .repeatPenalty(repeatPenalty == null ? model.repeatPenalty() : repeatPenalty)
                .stop(stop.toArray(String[]::new))
                .reasoningBudget(reasoningBudget)
                .build();
        return options.toBuilder()
                .seed(seed != null ? seed : options.temperature() > 0 ? drawn : 0)
                .build();
    }

    /** A line if the command line asks something of the choice of tokens and says that none is to be made. */
    public List<String> withoutEffect(GivenOptions given) {
        return temperature != null && temperature == 0 ? unchosen(given) : List.of();
    }

    private static List<String> unchosen(GivenOptions given) {
        return given.without(
                "while --temp is 0: the likeliest token is always taken", "--top-k", "--top-p", "--min-p", "--seed");
    }

    /** The options for a model that has been loaded; says what its file adds, or leaves without effect. */
    public GenerationOptions options(Model model, GivenOptions given, Console console) {
        FileSampling file = model.sampling();
        notes(given, file).forEach(console::note);
        return options(file.options());
    }

    /** The same where the model's file says it, or a line on what else the file says. */
    private List<String> notes(GivenOptions given, FileSampling file) {
        if (options(file.options()).temperature() == 0) {
            return temperature == null ? unchosen(given) : List.of();
        }
        List<String> followed = new ArrayList<>();
        file.stated().forEach((option, value) -> {
            if (!given.has("--" + option)) {
                followed.add("--" + option + " " + plain(value));
            }
        });
        return followed.isEmpty()
                ? List.of()
                : List.of("sampling as the model's file says: " + String.join(" ", followed)
                        + " (--temp 0 always takes the likeliest token)");
    }

    private static String plain(float value) {
        return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
    }
}
