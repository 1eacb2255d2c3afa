// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Blocks of 32 weights: f16 d, in some types f16 m, then the quants: {@code d v + m}. The scales of four blocks are collected
 * for {@link #scales}.
 */
abstract class BlockReader extends WeightReader {
    /**
     * The d of four blocks, or their pairs of d and m: those of the first and third, and those of the second and fourth. A load
     * of one element waits for the other elements of its register, so that four loads to one register would take longer than
     * the rest.
     */
    private final V[] headers;

    BlockReader(KernelCode code, TensorType type) {
        super(code, type);
        headers = code.take(2);
    }

    @Override
    public final V[] chunk(int chunk) {
        V to = headers[chunk % 2];
        Mem address = Mem.post(ROW, form.offset() ? 4 : 2);
        if (chunk % 4 < 2) {
            a.ldr(form.offset() ? to.s() : to.h(), address);
        } else {
            a.ld1(form.offset() ? to.s(1) : to.h(1), address);
        }
        weights(weights[0], weights[1]);
        return weights;
    }

    /** Reads the quants of a block, 32 weights. */
    abstract void weights(V first, V second);

    @Override
    public void scales(int set) {
        if (form.offset()) {
            a.zip1(offset.s4(), headers[0].s4(), headers[1].s4());
            a.xtn(scale.h4(), offset.s4());
            a.fcvtl(scale.s4(), scale.h4());
            a.shrn(offset.h4(), offset.s4(), 16);
            a.fcvtl(offset.s4(), offset.h4());
        } else {
            a.zip1(scale.h4(), headers[0].h4(), headers[1].h4());
            a.fcvtl(scale.s4(), scale.h4());
        }
    }
}
