// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.row;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.FloatWeights;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.Arguments.MatVec;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Mat-vec with float weights: stored rows times one to four f32 activation rows. A step loads eight weights as f32 at a time
 * and multiplies them with eight elements of each activation row.
 *
 * <p>Vector registers: four f32 sums for each activation row, so that additions do not wait for each other; 3 or 4 to read
 * weights, 2 for activations: 22 at most.
 */
public final class FloatMatVecCode {
    private static final int CHAINS = 4;
    private static final X OUT = X.X8;
    private static final X STRIDE = X.X9;
    private static final X TO = X.X10;
    private static final X[] COLUMNS = {X.X11, X.X12, X.X13, X.X14};

    private FloatMatVecCode() {}

    public static byte[] write(TensorType type, Isa isa, int columns) {
        KernelCode code = new KernelCode(isa);
        Assembler a = code.a;
        V[][] sums = code.takeRows(columns, CHAINS);
        V[] activations = code.take(2);
        FloatWeights reader = new FloatWeights(code, type);
        int elements = FloatTile.step(isa);

        a.ldr(OUT, argument(MatVec.OUT));
        Runnable begin = () -> {
            a.ldr(STRIDE, argument(MatVec.COLUMN_BYTES));
            a.ldr(COLUMNS[0], argument(MatVec.QUANTS));
            for (int c = 1; c < columns; c++) {
                a.add(COLUMNS[c], COLUMNS[c - 1], STRIDE);
            }
            for (V[] chains : sums) {
                code.zero(chains);
            }
        };
        Runnable step = () -> {
            RowLoop.prefetch(a, elements * FloatWeights.bytes(type));
            for (int i = 0; i < elements; i += FloatWeights.COUNT) {
                reader.load(WeightReader.ROW);
                for (int c = 0; c < columns; c++) {
                    a.ldp(activations[0].q(), activations[1].q(), Mem.post(COLUMNS[c], 4 * FloatWeights.COUNT));
                    for (int v = 0; v < 2; v++) {
                        V sum = sums[c][(i / 4 + v) % CHAINS];
                        a.fmla(sum.s4(), reader.weights[v].s4(), activations[v].s4());
                    }
                }
            }
        };
        Runnable end = () -> {
            a.mov(TO, OUT);
            a.ldr(STRIDE, argument(MatVec.OUT_BYTES));
            for (V[] s : sums) {
                a.fadd(s[0].s4(), s[0].s4(), s[1].s4());
                a.fadd(s[2].s4(), s[2].s4(), s[3].s4());
                a.fadd(s[0].s4(), s[0].s4(), s[2].s4());
                code.sum(s[0]);
                a.str(s[0].s(), Mem.at(TO));
                a.add(TO, TO, STRIDE);
            }
            a.add(OUT, OUT, 4);
        };
        RowLoop.write(a, begin, step, end);
        return code.finish();
    }
}
