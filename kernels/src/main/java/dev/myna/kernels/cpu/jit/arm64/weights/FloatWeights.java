// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** Reads weights of float types, eight at a time. */
public final class FloatWeights {
    public static final int COUNT = 8;

    private final Assembler a;
    private final TensorType type;
    private final V stored;
    /** Four f32 each. */
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

    /** What a bf16 lacks to be an f32. */
    private final V zero;

    /** Loads the next eight, and moves on. */
    public void load(X place) {
        switch (type) {
            case F32 -> a.ldp(weights[0].q(), weights[1].q(), Mem.post(place, 32));
            case F16 -> {
                a.ldr(stored.q(), Mem.post(place, 16));
                a.fcvtl(weights[0].s4(), stored.h4());
                a.fcvtl2(weights[1].s4(), stored.h8());
            }
            case BF16 -> {
                a.ldr(stored.q(), Mem.post(place, 16));
                a.zip1(weights[0].h8(), zero.h8(), stored.h8());
                a.zip2(weights[1].h8(), zero.h8(), stored.h8());
            }
            default -> throw new IllegalArgumentException("not a float type: " + type);
        }
    }

    public static int bytes(TensorType type) {
        return type == TensorType.F32 ? 4 : 2;
    }
}
