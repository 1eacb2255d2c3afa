// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** Loads stored weights of float types, eight at a time. */
public final class FloatWeights {
    public static final int COUNT = 8;

    private final Assembler a;
    private final TensorType type;
    private final V stored;
    /** Two vectors of four f32. */
    public final V[] weights;

    public FloatWeights(KernelCode code, TensorType type) {
        a = code.a;
        this.type = type;
        weights = code.take(2);
        stored = code.take();
        if (type == TensorType.BF16) {
            zero = code.take();
            code.zero(zero);
        } else {
            zero = null;
        }
    }

    /** Zeros, which extend bf16 to f32; null for other types. */
    private final V zero;

    /** Loads the next eight weights and advances {@code address}. */
    public void load(X address) {
        switch (type) {
            case F32 -> a.ldp(weights[0].q(), weights[1].q(), Mem.post(address, 32));
            case F16 -> {
                a.ldr(stored.q(), Mem.post(address, 16));
                a.fcvtl(weights[0].s4(), stored.h4());
                a.fcvtl2(weights[1].s4(), stored.h8());
            }
            case BF16 -> {
                a.ldr(stored.q(), Mem.post(address, 16));
                a.zip1(weights[0].h8(), zero.h8(), stored.h8());
                a.zip2(weights[1].h8(), zero.h8(), stored.h8());
            }
            default -> throw new IllegalArgumentException("not a float type: " + type);
        }
    }

    /** Stored bytes of a weight. */
    public static int bytes(TensorType type) {
        return type == TensorType.F32 ? 4 : 2;
    }
}
