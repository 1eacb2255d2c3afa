// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import dev.myna.kernels.machine.NativeMemory;

/** f16 as the formats store it. */
public final class Float16 {
    private Float16() {}

    /** Stores the nearest f16. */
    public static void put(long address, float value) {
        short half = Float.floatToFloat16(value);
        requireFinite(value, Float.float16ToFloat(half));
        NativeMemory.putShort(address, half);
    }

    /** The nearest f16 as f32. */
    static float round(float value) {
        float half = Float.float16ToFloat(Float.floatToFloat16(value));
        requireFinite(value, half);
        return half;
    }

    private static void requireFinite(float value, float half) {
        if (!Float.isFinite(half)) {
            throw new ArithmeticException(value + " exceeds the largest float16, 65504");
        }
    }
}
