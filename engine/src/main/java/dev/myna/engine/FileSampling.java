// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sampling options of a model's file: its keys {@code general.sampling.*}.
 *
 * @param options greedy, changed by what the file says
 * @param stated what the file says and Myna follows, by the option's name
 * @param ignored what it says and Myna does not follow, for people
 */
public record FileSampling(GenerationOptions options, Map<String, Float> stated, List<String> ignored) {
    private static final String PREFIX = "general.sampling.";

    /** Values with which samplers that Myna does not have, or settings of such, do nothing. */
    private static final Map<String, Set<Float>> NEUTRAL = Map.of(
            "mirostat", Set.of(0f),
            "xtc_probability", Set.of(0f),
            "penalty_last_n", Set.of(64f));

    /** Settings of samplers that are off. */
    private static final Set<String> SETTINGS = Set.of("mirostat_tau", "mirostat_eta", "xtc_threshold");

    /** One option. */
    private interface Setter {
        GenerationOptions.Builder set(GenerationOptions.Builder options, float value);
    }

    /** By the key's last part: the option's name, and what sets it. */
    private enum Key {
        TEMP("temp", "temp", GenerationOptions.Builder::temperature),
        TOP_K("top_k", "top-k", (options, value) -> options.topK((int) value)),
        TOP_P("top_p", "top-p", GenerationOptions.Builder::topP),
        MIN_P("min_p", "min-p", GenerationOptions.Builder::minP),
        REPEAT("penalty_repeat", "repeat-penalty", GenerationOptions.Builder::repeatPenalty);

        private final String key;
        private final String option;
        private final Setter setter;

        Key(String key, String option, Setter setter) {
            this.key = key;
            this.option = option;
            this.setter = setter;
        }
    }

    /** @param metadata of a decoder's file */
    public static FileSampling of(GgufMetadata metadata) {
        GenerationOptions options = GenerationOptions.greedy();
        Map<String, Float> stated = new LinkedHashMap<>();
        List<String> ignored = new ArrayList<>();
        for (Key each : Key.values()) {
            String key = PREFIX + each.key;
            if (metadata.has(key)) {
                try {
                    float value = number(metadata, key);
                    options = each.setter.set(options.toBuilder(), value).build();
                    stated.put(each.option, value);
                } catch (RequestException | NumberFormatException e) {
                    ignored.add(said(metadata, key));
                }
            }
        }
        for (String key : metadata.keys()) {
            if (key.startsWith(PREFIX) && !known(key.substring(PREFIX.length()), metadata, key)) {
                ignored.add(said(metadata, key));
            }
        }
        return new FileSampling(options, stated, ignored);
    }

    private static boolean known(String name, GgufMetadata metadata, String key) {
        for (Key each : Key.values()) {
            if (each.key.equals(name)) {
                return true;
            }
        }
        try {
            return SETTINGS.contains(name)
                    || NEUTRAL.containsKey(name) && NEUTRAL.get(name).contains(number(metadata, key));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Files have integers and floats here. */
    private static float number(GgufMetadata metadata, String key) {
        return Float.parseFloat(metadata.describe(key));
    }

    private static String said(GgufMetadata metadata, String key) {
        return Text.line(key, Text.SHOWN) + " = " + Text.line(metadata.describe(key), Text.SHOWN);
    }
}
