// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.TensorType;
import java.util.Arrays;
import java.util.Map;

/** Names of the ggml tensor types that Myna does not read, so that a message can say more than a number. */
final class UnsupportedTypes {
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(9, "Q8_1"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(24, "I8"),
            Map.entry(25, "I16"),
            Map.entry(26, "I32"),
            Map.entry(27, "I64"),
            Map.entry(28, "F64"),
            Map.entry(29, "IQ1_M"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(39, "MXFP4"));
    private static final Map<Integer, String> REMOVED = Map.of(
            4, "Q4_2",
            5, "Q4_3",
            31, "Q4_0_4_4",
            32, "Q4_0_4_8",
            33, "Q4_0_8_8",
            36, "IQ4_NL_4_4",
            37, "IQ4_NL_4_8",
            38, "IQ4_NL_8_8");

    private UnsupportedTypes() {}

    /** The message for an id that {@link TensorType#byId} does not know, with what to do. */
    static String describe(int id) {
        String remedy = "; use a file with one of " + Arrays.toString(TensorType.values());
        if (NAMES.containsKey(id)) {
            return id + " (" + NAMES.get(id) + ") is not supported" + remedy;
        }
        if (REMOVED.containsKey(id)) {
            return id + " (" + REMOVED.get(id) + ") was removed from the format" + remedy;
        }
        return Integer.toUnsignedString(id) + " is unknown" + remedy;
    }
}
