// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.TensorType;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Options of quantization besides the file type.
 *
 * @param kept formats by tensor name; {@code *} matches any characters, and the last matching entry wins over everything else
 * @param importance the importance matrix, if there is one
 */
public record QuantizeOptions(Set<Flag> flags, Map<String, TensorType> kept, Optional<ImportanceMatrix> importance) {

    /** A switch. */
    public enum Flag {
        /** Every matrix in the file type's base format. */
        PURE,
        /** Keep {@code output.weight} unchanged. */
        LEAVE_OUTPUT,
        /** Quantize tensors that are already quantized, which loses accuracy. */
        ALLOW_REQUANTIZE
    }

    public QuantizeOptions {
        EnumSet<Flag> copy = EnumSet.noneOf(Flag.class);
        copy.addAll(flags);
        flags = Set.copyOf(copy);
        kept = new LinkedHashMap<>(kept);
    }

    /** Only the file type. */
    public static QuantizeOptions defaults() {
        return new QuantizeOptions(Set.of(), Map.of(), Optional.empty());
    }

    boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
