// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.terminal.Console;
import dev.myna.engine.FileSampling;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.error.RequestException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Sampling options; names and meanings are llama.cpp's. */
public final class SamplingArguments {
    @Option(
            names = {"-n", "--n-predict"},
            paramLabel = "N",
            description = "max. new tokens (default ${DEFAULT-VALUE}); 0 = until the context is full")
    public int maxTokens = 512;

    @Option(
            names = "--temp",
            paramLabel = "T",
            description = "0 = always the most likely token; default: the file's, or 0")
    Float temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "keep the K most likely tokens; 0 = off; default: file's, or off")
    Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "keep the most likely tokens up to P; 1 = off; default likewise")
    Float topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "drop tokens below P x the top one; 0 = off; default likewise")
    Float minP;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "X",
            description = "penalty for repeated tokens; 1 = off; default likewise")
    Float repeatPenalty;

    /** Hidden, to keep the help text short; docs/abilities.md lists it. */
    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            hidden = true,
            description = "penalty for tokens that the answer has already, -100 to 100; 0 = off")
    Float presencePenalty;

    /** Hidden, to keep the help text short; docs/abilities.md lists it. */
    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            hidden = true,
            description = "penalty for each time the answer has a token already, -100 to 100; 0 = off")
    Float frequencyPenalty;

    /** Hidden, to keep the help text short; docs/abilities.md lists it. */
    @Option(
            names = {"-l", "--logit-bias"},
            paramLabel = "ID(+/-)X",
            hidden = true,
            description = "adds X to the logit of a token, as in 15043+1; 15043-inf never takes it (repeatable)")
    List<String> logitBias = new ArrayList<>();

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "same seed, same answer; default: random if --temp is above 0")
    public Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "end the answer at this text (repeatable)")
    List<String> stop = new ArrayList<>();

    /** Hidden, to keep the help text short; docs/tools.md describes it. */
    @Option(
            names = "--reasoning-budget",
            paramLabel = "N",
            hidden = true,
            description = "max. tokens of reasoning; -1 (default) = no limit")
    int reasoningBudget = -1;

    /** A token's id and its bias with a sign. */
    private static final Pattern BIAS = Pattern.compile("([0-9]{1,9})([+-][0-9]{1,9}(?:[.][0-9]{1,9})?|-inf)");

    /** Drawn once. */
    private final long drawn = Integer.toUnsignedLong(new SecureRandom().nextInt());

    /** The options of the command line, and defaults without a model. */
    public GenerationOptions options() {
        return options(GenerationOptions.greedy());
    }

    /**
     * The options of the command line, and the model's for those that are absent. Draws a seed if one is needed.
     *
     * @param model sampling options of the model file
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
                .presencePenalty(presencePenalty == null ? model.presencePenalty() : presencePenalty)
                .frequencyPenalty(frequencyPenalty == null ? model.frequencyPenalty() : frequencyPenalty)
                .logitBias(biases(model.logitBias()))
                .stop(stop.toArray(String[]::new))
                .reasoningBudget(reasoningBudget)
                .build();
        return options.toBuilder()
                .seed(seed != null ? seed : options.temperature() > 0 ? drawn : 0)
                .build();
    }

    /** The biases of the command line, or {@code others} if it has none. */
    private Map<Integer, Float> biases(Map<Integer, Float> others) {
        if (logitBias.isEmpty()) {
            return others;
        }
        Map<Integer, Float> biases = new HashMap<>();
        for (String text : logitBias) {
            Matcher parts = BIAS.matcher(text);
            if (!parts.matches()) {
                throw new RequestException(
                        "--logit-bias takes the id of a token and a bias, as in 15043+1 or 15043-inf, not '" + text
                                + "'");
            }
            boolean never = parts.group(2).equals("-inf");
            biases.put(
                    Integer.parseInt(parts.group(1)),
                    never ? Float.NEGATIVE_INFINITY : Float.parseFloat(parts.group(2)));
        }
        return biases;
    }

    /** @throws RequestException if the model has no such token */
    private void requireTokens(Model model) {
        int vocabulary = model.tokenizer().size();
        for (int id : biases(Map.of()).keySet()) {
            if (id >= vocabulary) {
                throw new RequestException(
                        "--logit-bias: the model has no token " + id + "; its tokens are 0.." + (vocabulary - 1));
            }
        }
    }

    /** A note if the command line has sampling options but also {@code --temp 0}. */
    public List<String> withoutEffect(GivenOptions given) {
        return temperature != null && temperature == 0 ? unchosen(given) : List.of();
    }

    private static List<String> unchosen(GivenOptions given) {
        return given.without(
                "while --temp is 0: the most likely token is always taken", "--top-k", "--top-p", "--min-p", "--seed");
    }

    /** The options for a loaded model. Notes what its file adds, and which options have no effect. */
    public GenerationOptions options(Model model, GivenOptions given, Console console) {
        FileSampling file = model.sampling();
        requireTokens(model);
        notes(given, file).forEach(console::note);
        return options(file.options());
    }

    /** A note on options without effect, or on the defaults that the model file adds. */
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
                : List.of("sampling defaults from the model file: " + String.join(" ", followed)
                        + " (--temp 0 always takes the most likely token)");
    }

    private static String plain(float value) {
        return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
    }
}
