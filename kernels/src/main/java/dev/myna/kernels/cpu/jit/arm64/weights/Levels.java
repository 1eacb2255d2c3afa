// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.format.BlockFormat;

/** Maps nibbles to the 16 unevenly spaced levels of IQ4_NL and IQ4_XS, by a table lookup of bytes. */
public final class Levels {
    private final KernelCode code;
    private final Constant table;
    private final Constant lower;

    Levels(KernelCode code) {
        this.code = code;
        int[] levels = BlockFormat.of(TensorType.IQ4_NL).layout().levels();
        table = code.constant(i -> levels[i]);
        lower = code.constant(0x0f);
    }

    /** {@code first =} the levels of the low nibbles of {@code bytes}, {@code second =} those of the high nibbles. */
    void read(V first, V second, V bytes) {
        code.a.and(first.b16(), bytes.b16(), lower.v().b16());
        code.a.ushr(second.b16(), bytes.b16(), 4);
        code.a.tbl(first.b16(), table.v().b16(), first.b16());
        code.a.tbl(second.b16(), table.v().b16(), second.b16());
    }
}
