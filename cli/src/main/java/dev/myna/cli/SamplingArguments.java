// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.GenerationOptions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen; names and meanings are llama.cpp's. */
final class SamplingArguments {
    @Option(
            names = {"-n", "--n-predict"},
            paramLabel = "N",
            description = "most new tokens (default ${DEFAULT-VALUE}); 0 = until the context is full")
    int maxTokens = 512;

    @Option(names = "--temp", paramLabel = "T", description = "temperature; 0 (default) = always the likeliest token")
    float temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "keep the K likeliest tokens; 0 (default) = off")
    int topK;

    @Option(names = "--top-p", paramLabel = "P", description = "keep the likeliest tokens up to P; 1 (default) = off")
    float topP = 1;

    @Option(names = "--min-p", paramLabel = "P", description = "drop tokens below P x the likeliest; 0 (default) = off")
    float minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", description = "against repetition; 1 (default) = off")
    float repeatPenalty = 1;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "same seed, same answer; default: random when --temp is above 0")
    Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "end the answer at this text (repeatable)")
    List<String> stop = new ArrayList<>();

    /** The options; draws a seed if one is needed and none was given. */
    GenerationOptions options() {
        long drawn = temperature > 0 ? Integer.toUnsignedLong(new SecureRandom().nextInt()) : 0;
        // -1 is how llama.cpp spells "until the context is full".
        int tokens = maxTokens == -1 ? 0 : maxTokens;
        return GenerationOptions.greedy()
                .withMaxTokens(tokens)
                .withTemperature(temperature)
                .withTopK(topK)
                .withTopP(topP)
                .withMinP(minP)
                .withRepeatPenalty(repeatPenalty)
                .withSeed(seed == null ? drawn : seed)
                .withStop(stop.toArray(String[]::new));
    }

    /** A line if something is asked of the choice of tokens where nothing is chosen. */
    List<String> withoutEffect(GivenOptions given) {
        return temperature == 0
                ? given.without(
                        "while --temp is 0: the likeliest token is always taken",
                        "--top-k",
                        "--top-p",
                        "--min-p",
                        "--seed")
                : List.of();
    }
}
