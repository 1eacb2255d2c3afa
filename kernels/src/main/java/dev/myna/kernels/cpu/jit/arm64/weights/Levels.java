// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** The 16 unevenly spaced levels that IQ4_NL and IQ4_XS have for halves of bytes. */
final class Levels {
    private static final int[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private final KernelCode code;
    private final Constant table;
    private final Constant lower;

    Levels(KernelCode code) {
        this.code = code;
        table = code.constant(i -> LEVELS[i]);
        lower = code.constant(0x0f);
    }

    /** The levels of the low halves of {@code bytes} to {@code first}, those of the high halves to {@code second}. */
    void read(V first, V second, V bytes) {
        code.a.and(first.b16(), bytes.b16(), lower.v().b16());
        code.a.ushr(second.b16(), bytes.b16(), 4);
        code.a.tbl(first.b16(), table.v().b16(), first.b16());
        code.a.tbl(second.b16(), table.v().b16(), second.b16());
    }
}
