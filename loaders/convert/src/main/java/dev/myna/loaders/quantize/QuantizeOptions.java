// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.TensorType;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How to quantize beyond the type of the file.
 *
 * @param kept formats by tensor name, where {@code *} stands for any characters; the last that fits a name decides, before
 *     everything else
 * @param importance how much the columns of the tensors count
 */
public record QuantizeOptions(Set<Flag> flags, Map<String, TensorType> kept, Optional<ImportanceMatrix> importance) {

    /** What is on or off. */
    public enum Flag {
        /** Every matrix in the file type's base format. */
        PURE,
        /** Leave {@code output.weight} as it is. */
        LEAVE_OUTPUT,
        /** Round what has been rounded before, at a loss. */
        ALLOW_REQUANTIZE
    }

    public QuantizeOptions {
        EnumSet<Flag> copy = EnumSet.noneOf(Flag.class);
        copy.addAll(flags);
        flags = Set.copyOf(copy);
        kept = new LinkedHashMap<>(kept);
    }

    /** Nothing beyond the type. */
    public static QuantizeOptions defaults() {
        return new QuantizeOptions(Set.of(), Map.of(), Optional.empty());
    }

    boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
