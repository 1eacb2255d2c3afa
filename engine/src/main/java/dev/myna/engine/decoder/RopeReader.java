// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
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
 * Reads a decoder's rotary embedding. Two kinds of context scaling divide its frequencies; a file may have both:
 *
 * <ul>
 *   <li>the tensor {@code rope_freqs.weight} (Llama 3.1 and newer) has a divisor for each pair;
 *   <li>{@code rope.scaling.type} = {@code linear} divides all by {@code rope.scaling.factor}.
 * </ul>
 */
final class RopeReader {
    private static final String DIVISORS = "rope_freqs.weight";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RopeReader() {}

    /**
     * Reads the rotary embedding of a file.
     *
     * @param prefix what the keys begin with: the architecture and a dot
     */
    static Rope read(GgufFile file, String prefix, int headDim, RopePairing pairing) {
        int rotated = file.metadata().integer(prefix + "rope.dimension_count", 0, Integer.MAX_VALUE, headDim);
        if (headDim % 2 != 0 || rotated != headDim) {
            throw new ModelException(file.name() + ": " + prefix + "rope.dimension_count = " + rotated
                    + " must equal the head dimension " + headDim + ", and that must be even");
        }
        String baseKey = prefix + "rope.freq_base";
        float base = requirePositive(file, baseKey, file.metadata().number(baseKey, 10_000f));
        float factor = linearFactor(file, prefix);
        List<Float> divisors = new ArrayList<>();
        for (float divisor : divisors(file, headDim / 2)) {
            divisors.add(requirePositive(file, "tensor " + DIVISORS, divisor * factor));
        }
        return new Rope(headDim, base, pairing, divisors);
    }

    /**
     * A file without a type has linear scaling if it has a factor, and no scaling otherwise. Files of 2023 store the factor as
     * {@code rope.scale_linear}; 0 means no scaling there, as in llama.cpp.
     */
    private static float linearFactor(GgufFile file, String prefix) {
        GgufMetadata metadata = file.metadata();
        String factorKey = prefix + "rope.scaling.factor";
        String oldKey = prefix + "rope.scale_linear";
        String typeKey = prefix + "rope.scaling.type";
        float old = metadata.number(oldKey, 0);
        boolean stated = metadata.has(factorKey);
        String type = metadata.string(typeKey, stated || old != 0 ? "linear" : "none");
        return switch (type) {
            case "none" -> {
                metadata.number(factorKey, 1);
                yield 1;
            }
            case "linear" ->
                stated
                        ? requirePositive(file, factorKey, metadata.number(factorKey))
                        : requirePositive(file, oldKey, old == 0 ? 1 : old);
            default ->
                throw new ModelException(file.name() + ": " + typeKey + " = " + Text.line(type, Text.SHOWN)
                        + " is not supported; Myna knows linear and none");
        };
    }

    private static List<Float> divisors(GgufFile file, int pairs) {
        if (file.find(DIVISORS).isEmpty()) {
            return Collections.nCopies(pairs, 1f);
        }
        Tensor tensor = file.require(DIVISORS, pairs);
        if (tensor.type() != TensorType.F32) {
            throw new ModelException(
                    file.name() + ": tensor " + DIVISORS + " is " + tensor.type() + "; it must be F32");
        }
        List<Float> divisors = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            divisors.add(tensor.data().getAtIndex(FLOAT, pair));
        }
        return divisors;
    }

    private static float requirePositive(GgufFile file, String what, float value) {
        if (!(value > 0) || value == Float.POSITIVE_INFINITY) {
            throw new ModelException(file.name() + ": " + what + " = " + value + " must be positive and finite");
        }
        return value;
    }
}
