// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rotary embedding as a configuration states it. transformers before version 5 writes {@code rope_theta} and
 * {@code rope_scaling}, later ones both in {@code rope_parameters}, which may have an object for each type of layers.
 *
 * @param base of the frequencies
 * @param linearFactor divisor of all frequencies
 * @param divisors divisor of each pair's frequency, fastest first; empty if there are none
 */
public record RopeSettings(float base, Optional<Float> linearFactor, float[] divisors) {
    private static final float LOCAL_BASE = 10_000;
    private static final String SECTIONS = "mrope_section";
    private static final int AXES = 3;
    private static final String LOCAL = "sliding_attention";
    private static final String FULL = "full_attention";
    private static final String PARAMETERS = "rope_parameters";
    private static final String SCALING = "rope_scaling";
    private static final String THETA = "rope_theta";

    /**
     * Reads them.
     *
     * @param config the configuration of the text model
     * @param contextLength positions it was trained for
     */
    public static RopeSettings of(HfConfig config, DecoderArchitecture architecture, int headDim, int contextLength) {
        HfConfig rope = architecture == DecoderArchitecture.GEMMA3
                ? parametersOf(config, FULL).orElseGet(() -> parameters(config))
                : parameters(config);
        float outer = config.positive(THETA, architecture.defaultRopeBase());
        float base = rope.positive(THETA, outer);
        requireWholeHeads(config);
        requireWholeHeads(rope);
        String key = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
        if (!rope.has(key) && rope.has("factor")) {
            throw rope.fail("factor", "is given without a rope_type that says what it means");
        }
        return switch (rope.string(key, "default")) {
            case "mrope" -> {
                if (!rope.has(SECTIONS) || !architecture.sections()) {
                    throw rope.fail(key, "is not supported; it must be default, linear or llama3");
                }
                yield new RopeSettings(base, Optional.empty(), new float[0]);
            }
            case "default" -> new RopeSettings(base, Optional.empty(), new float[0]);
            case "linear" -> new RopeSettings(base, Optional.of(rope.positive("factor", null)), new float[0]);
            case "llama3" ->
                new RopeSettings(base, Optional.empty(), llama3(rope, config, base, headDim, contextLength));
            default -> throw rope.fail(key, "is not supported; it must be default, linear or llama3");
        };
    }

    /** The base for layers that attend to a window only, which have no other scaling. */
    public static float localBase(HfConfig config) {
        float base = config.positive("rope_local_base_freq", LOCAL_BASE);
        Optional<HfConfig> local = parametersOf(config, LOCAL);
        local.ifPresent(rope -> {
            if (!rope.string("rope_type", "default").equals("default")) {
                throw rope.fail("rope_type", "is not supported; it must be default");
            }
        });
        return local.isPresent() ? local.get().positive(THETA, base) : base;
    }

    /**
     * How many pairs of a head each axis of positions turns.
     *
     * @param interleaved whether the axes must alternate from pair to pair
     */
    public static int[] sections(HfConfig config, int headDim, boolean interleaved) {
        HfConfig rope = parameters(config);
        if (rope.bool("mrope_interleaved", false) != interleaved) {
            throw rope.fail("mrope_interleaved", "does not fit this decoder");
        }
        rope.has("type"); // an older name of rope_type, which may stand beside it
        List<Object> list = rope.list(SECTIONS);
        int[] sections = new int[AXES];
        int sum = 0;
        for (int i = 0; i < AXES; i++) {
            if (list.size() != AXES || !(list.get(i) instanceof Integer pairs) || pairs < 0 || pairs > headDim / 2) {
                throw rope.fail(SECTIONS, "must be a list of three numbers of pairs, at most " + headDim / 2);
            }
            sections[i] = pairs;
            sum += pairs;
        }
        if (sum != headDim / 2) {
            throw rope.fail(SECTIONS, "must add up to " + headDim / 2 + ", the pairs of a head");
        }
        return sections;
    }

    /** The object for one type of layers, where types have objects of their own. */
    private static Optional<HfConfig> parametersOf(HfConfig config, String type) {
        return config.child(PARAMETERS)
                .filter(rope -> rope.get(type) instanceof Map<?, ?>)
                .flatMap(rope -> rope.child(type));
    }

    /** The object that describes the rotation; an empty one if there is none. */
    private static HfConfig parameters(HfConfig config) {
        Optional<HfConfig> old = config.child(SCALING).filter(RopeSettings::saysSomething);
        Optional<HfConfig> now = config.child(PARAMETERS).filter(RopeSettings::saysSomething);
        if (old.isPresent() && now.isPresent() && !config.get(SCALING).equals(config.get(PARAMETERS))) {
            throw config.fail(SCALING, "says something else than " + PARAMETERS + "; leave one of them out");
        }
        String key = now.isPresent() ? PARAMETERS : SCALING;
        return now.or(() -> old)
                .map(found -> isByLayerType(found) ? ofLayerType(config, key, found) : found)
                .orElseGet(() -> config.childOrEmpty(PARAMETERS));
    }

    private static boolean saysSomething(HfConfig config) {
        return !config.keys().isEmpty();
    }

    private static boolean isByLayerType(HfConfig parameters) {
        return parameters.keys().stream()
                .allMatch(key -> parameters.get(key) instanceof Map<?, ?> || !parameters.has(key));
    }

    /** All layers attend to everything here, so one object must serve all of them. */
    private static HfConfig ofLayerType(HfConfig config, String key, HfConfig byType) {
        List<String> stated = new ArrayList<>(byType.keys());
        stated.removeIf(type -> !byType.has(type));
        Set<Object> different = new HashSet<>();
        stated.forEach(type -> different.add(byType.get(type)));
        boolean onlyFull = !config.list("layer_types").isEmpty()
                && config.list("layer_types").stream().allMatch(FULL::equals);
        if (different.size() == 1) {
            return byType.childOrEmpty(stated.getFirst());
        }
        if (onlyFull && byType.has(FULL)) {
            return byType.childOrEmpty(FULL);
        }
        throw config.fail(key, "gives types of layers different rotations, which is not supported");
    }

    private static void requireWholeHeads(HfConfig config) {
        String key = "partial_rotary_factor";
        if (config.number(key, 1f) != 1) {
            throw config.fail(key, "is not supported: whole heads are rotated");
        }
    }

    /** Llama 3.1: slow frequencies are divided by the factor, fast ones are unchanged, those between are interpolated. */
    private static float[] llama3(HfConfig rope, HfConfig config, float base, int headDim, int contextLength) {
        double factor = rope.positive("factor", null);
        double low = rope.positive("low_freq_factor", null);
        double high = rope.positive("high_freq_factor", null);
        if (high <= low) {
            throw rope.fail("high_freq_factor", "must be above low_freq_factor");
        }
        String key = "original_max_position_embeddings";
        int trained = rope.integer(key, 1, 1 << 30, config.integer(key, 1, 1 << 30, contextLength));
        float[] divisors = new float[headDim / 2];
        for (int pair = 0; pair < divisors.length; pair++) {
            double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * pair / headDim);
            double turns = trained / wavelength;
            if (turns < low) {
                divisors[pair] = (float) factor;
            } else if (turns > high) {
                divisors[pair] = 1;
            } else {
                double smooth = (turns - low) / (high - low);
                divisors[pair] = (float) (1 / ((1 - smooth) / factor + smooth));
            }
        }
        return divisors;
    }
}
