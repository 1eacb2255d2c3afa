// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;

/** Blocks of 32 weights: f16 d, in some f16 m, then the weights, {@code d v + m}. */
abstract class BlockReader extends WeightReader {
    /** The d of four blocks, or their pairs of d and m. */
    private final V halves;

    BlockReader(KernelCode code, TensorType type) {
        super(code, type);
        halves = code.take();
    }

    @Override
    final V[] chunk(int chunk) {
        if (form.offset()) {
            a.ld1(halves.s(chunk % 4), Mem.post(ROW, 4));
        } else {
            a.ld1(halves.h(chunk % 4), Mem.post(ROW, 2));
        }
        weights(weights[0], weights[1]);
        return weights;
    }

    /** Reads what follows the scales, 32 weights. */
    abstract void weights(V first, V second);

    @Override
    void scales(int set) {
        if (form.offset()) {
            a.xtn(scale.h4(), halves.s4());
            a.fcvtl(scale.s4(), scale.h4());
            a.shrn(offset.h4(), halves.s4(), 16);
            a.fcvtl(offset.s4(), offset.h4());
        } else {
            a.fcvtl(scale.s4(), halves.h4());
        }
    }
}
