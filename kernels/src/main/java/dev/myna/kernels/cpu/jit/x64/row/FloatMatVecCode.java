// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.row;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R14;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.RDX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Arguments.MatVec;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.cpu.jit.x64.weights.FloatWeights;

/**
 * Mat-vec with float weights: stored rows times one to {@link Isa#maxColumns} f32 activation rows, which lie at {@code QUANTS}.
 * A step is four vectors of weights: each is loaded as f32 and multiplied with every activation row. Registers are those of
 * {@link MatVecCode}; each activation row has four f32 sums, so that additions do not wait for each other.
 */
public final class FloatMatVecCode {
    private static final int VECTORS = 4;

    private FloatMatVecCode() {}

    public static byte[] write(TensorType type, Isa isa, Convention convention, int columns) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec[][] sums = code.takeRows(columns, VECTORS);
        Vec weights = code.take();
        Vec temporary = code.take();
        int bytes = FloatTile.step(isa) * (type == TensorType.F32 ? 4 : 2);

        a.mov(RDX, argument(MatVec.OUT));
        a.mov(R13, argument(MatVec.COLUMN_BYTES));
        a.lea(R14, Mem.at(R13, R13, 2, 0));
        Runnable begin = () -> {
            code.zero(sums);
            a.mov(R8, argument(MatVec.QUANTS));
        };
        Runnable step = () -> {
            RowLoop.prefetch(a, bytes);
            for (int i = 0; i < VECTORS; i++) {
                FloatWeights.load(code, type, weights, RSI, i * isa.lanes());
                for (int c = 0; c < columns; c++) {
                    a.vfmadd231ps(sums[c][i], weights, MatVecCode.column(R8, c, i * isa.bytes()));
                }
            }
            a.add(R8, VECTORS * isa.bytes());
        };
        Runnable end = () -> {
            a.mov(R10, RDX);
            for (int c = 0; c < columns; c++) {
                code.sum(sums[c], temporary);
                a.vmovss(Mem.at(R10, 0), sums[c][0]);
                if (c < columns - 1) {
                    a.add(R10, argument(MatVec.OUT_BYTES));
                }
            }
            a.add(RDX, 4);
        };
        RowLoop.write(a, bytes, begin, step, end);
        return code.finish();
    }
}
