// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.row;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Arguments.Panel;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.cpu.jit.x64.weights.FloatWeights;

/**
 * Expands stored float rows to a panel of f32 ({@link FloatTile}). A step is {@link FloatTile#CHUNK} weights: each vector is
 * loaded as f32 and stored. r10 is the address of the row in the first chunk, r8 that in the current one.
 */
public final class FloatPanelCode {
    private FloatPanelCode() {}

    public static byte[] write(TensorType type, FloatTile tile, Convention convention) {
        Isa isa = tile.isa();
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec weights = code.take();
        a.mov(R10, argument(Panel.PANEL));
        Runnable step = () -> {
            for (int i = 0; i < FloatTile.CHUNK; i += isa.lanes()) {
                FloatWeights.load(code, type, weights, RSI, i);
                a.vmovups(Mem.at(R8, 4 * i), weights);
            }
            a.add(R8, tile.record());
        };
        int bytes = FloatTile.CHUNK * (type == TensorType.F32 ? 4 : 2);
        RowLoop.write(a, bytes, () -> a.mov(R8, R10), step, () -> a.add(R10, tile.rowBytes()));
        return code.finish();
    }
}
