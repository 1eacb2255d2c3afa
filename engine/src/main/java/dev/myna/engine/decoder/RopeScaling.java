// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Context scaling of a rotary embedding: what divides its frequencies, and the factor on rotated queries and keys. A file may have
 * several kinds:
 *
 * <ul>
 *   <li>the tensor {@code rope_freqs.weight} (Llama 3.1 and newer) has a divisor for each pair;
 *   <li>{@code rope.scaling.type} = {@code linear} divides all by {@code rope.scaling.factor};
 *   <li>{@code yarn} divides slow pairs by the factor, fast ones by nothing, and those between by something between;
 *   <li>{@code longrope}: the tensor {@code rope_factors_short.weight} has a divisor for each pair, good for the context that the model
 *       was trained for at first, and {@code rope_factors_long.weight} one for larger contexts.
 * </ul>
 *
 * @param divisors of the frequency of each pair
 * @param longer divisors for contexts of more than {@code trained} positions; the same where there are no others
 * @param factor on rotated queries and on rotated keys
 * @param trained positions up to which {@code divisors} are good
 * @param maxContext positions for which either are good
 */
record RopeScaling(List<Float> divisors, List<Float> longer, float factor, int trained, int maxContext) {
    private static final String FREQUENCIES = "rope_freqs.weight";
    private static final String SHORT = "rope_factors_short.weight";
    private static final String LONG = "rope_factors_long.weight";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RopeScaling(List<Float> divisors, float factor, int context) {
        this(divisors, divisors, factor, context, context);
    }

    /**
     * Reads what a file says.
     *
     * @param prefix what the keys begin with: the architecture and a dot
     * @param pairs of a head that turn
     * @param base of the frequencies
     * @param context positions the model was trained for
     */
    static RopeScaling read(GgufFile file, String prefix, int pairs, float base, int context) {
        GgufMetadata metadata = file.metadata();
        boolean longRope = file.find(SHORT).isPresent() || file.find(LONG).isPresent();
        String factorKey = prefix + "rope.scaling.factor";
        String typeKey = prefix + "rope.scaling.type";
        // Files of 2023 store the factor so; 0 means no scaling there, as in llama.cpp.
        float old = metadata.number(prefix + "rope.scale_linear", 0);
        boolean stated = metadata.has(factorKey);
        String type = metadata.string(typeKey, longRope ? "longrope" : stated || old != 0 ? "linear" : "none");
        float factor = metadata.number(factorKey, old == 0 ? 1 : old);
        List<Float> divisors = divisors(file, FREQUENCIES, pairs);
        return switch (type) {
            case "none" -> new RopeScaling(divisors, 1, context);
            case "linear" -> {
                requirePositive(file, stated ? factorKey : prefix + "rope.scale_linear", factor);
                yield new RopeScaling(multiplied(divisors, factor), 1, context);
            }
            case "yarn" -> yarn(file, prefix, base, context, requirePositive(file, factorKey, factor), divisors);
            case "longrope" -> longRope(file, prefix, pairs, context);
            default ->
                throw new ModelException(file.name() + ": " + typeKey + " = " + Text.line(type, Text.SHOWN)
                        + " is not supported; Myna knows linear, longrope, none and yarn");
        };
    }

    /** Peng et al., "YaRN: Efficient Context Window Extension of Large Language Models", 2023. */
    private static RopeScaling yarn(
            GgufFile file, String prefix, float base, int context, float factor, List<Float> divisors) {
        int pairs = divisors.size();
        int trained = original(file, prefix, context);
        float fast = positive(file, prefix + "rope.scaling.yarn_beta_fast", 32);
        float slow = positive(file, prefix + "rope.scaling.yarn_beta_slow", 1);
        double low = Math.max(0, Math.floor(pair(trained, fast, base, pairs)));
        double high = Math.min(2 * pairs - 1, Math.ceil(pair(trained, slow, base, pairs)));
        List<Float> scaled = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            double slowness = Math.clamp((pair - low) / Math.max(0.001, high - low), 0, 1);
            scaled.add((float) (divisors.get(pair) / (slowness / factor + (1 - slowness))));
        }
        double attention = positive(file, prefix + "rope.scaling.attn_factor", 1)
                * positive(file, prefix + "rope.scaling.yarn_attn_factor", 1)
                * growth(1, factor)
                / growth(notNegative(file, prefix + "rope.scaling.yarn_log_multiplier"), factor);
        return new RopeScaling(scaled, (float) attention, context);
    }

    /** What a context that is larger by a factor makes of scores, to the power of 1/2. */
    private static double growth(float weight, float factor) {
        return 1 + 0.1 * weight * Math.log(Math.max(1, factor));
    }

    /** The pair that turns {@code turns} times over so many positions, as a fraction. */
    private static double pair(int positions, float turns, float base, int pairs) {
        return pairs * Math.log(positions / (turns * 2 * Math.PI)) / Math.log(base);
    }

    private static RopeScaling longRope(GgufFile file, String prefix, int pairs, int context) {
        int trained = original(file, prefix, context);
        float scale = (float) context / trained;
        double fallback = scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(trained));
        float factor = positive(file, prefix + "rope.scaling.attn_factor", (float) fallback);
        file.require(SHORT);
        List<Float> divisors = divisors(file, SHORT, pairs);
        boolean extended = file.find(LONG).isPresent();
        return new RopeScaling(
                divisors,
                extended ? divisors(file, LONG, pairs) : divisors,
                factor,
                Math.min(trained, context),
                extended ? context : Math.min(trained, context));
    }

    private static int original(GgufFile file, String prefix, int context) {
        String key = prefix + "rope.scaling.original_context_length";
        return file.metadata().integer(key, 2, DecoderConfig.MAX_CONTEXT, Math.max(2, context));
    }

    private static float positive(GgufFile file, String key, float fallback) {
        return requirePositive(file, key, file.metadata().number(key, fallback));
    }

    private static float notNegative(GgufFile file, String key) {
        float value = file.metadata().number(key, 0);
        if (!(value >= 0) || value == Float.POSITIVE_INFINITY) {
            throw new ModelException(file.name() + ": " + key + " = " + value + " must be 0 or positive and finite");
        }
        return value;
    }

    private static List<Float> multiplied(List<Float> divisors, float factor) {
        return divisors.stream().map(divisor -> divisor * factor).toList();
    }

    private static List<Float> divisors(GgufFile file, String name, int pairs) {
        if (file.find(name).isEmpty()) {
            return Collections.nCopies(pairs, 1f);
        }
        Tensor tensor = file.require(name, pairs);
        if (tensor.type() != TensorType.F32) {
            throw new ModelException(file.name() + ": tensor " + name + " is " + tensor.type() + "; it must be F32");
        }
        List<Float> divisors = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            divisors.add(requirePositive(file, "tensor " + name, tensor.data().getAtIndex(FLOAT, pair)));
        }
        return divisors;
    }

    static float requirePositive(GgufFile file, String what, float value) {
        if (!(value > 0) || value == Float.POSITIVE_INFINITY) {
            throw new ModelException(file.name() + ": " + what + " = " + value + " must be positive and finite");
        }
        return value;
    }
}
