// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.row;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.FloatWeights;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.Arguments.Panel;
import dev.myna.kernels.cpu.jit.contract.FloatTile;

/**
 * Expands stored float rows to a panel of f32 ({@link FloatTile}). A step is {@link FloatTile#CHUNK} weights, read and stored
 * eight at a time.
 */
public final class FloatPanelCode {
    private static final X ROW = X.X8;
    private static final X TO = X.X9;
    /** Bytes from the end of a row's part of one chunk to its part of the next. */
    private static final X STEP = X.X10;

    private FloatPanelCode() {}

    public static byte[] write(TensorType type, FloatTile tile) {
        KernelCode code = new KernelCode(tile.isa());
        Assembler a = code.a;
        FloatWeights reader = new FloatWeights(code, type);
        a.ldr(ROW, argument(Panel.PANEL));
        a.mov(STEP, tile.record() - 4L * FloatTile.CHUNK);
        Runnable step = () -> {
            for (int i = 0; i < FloatTile.CHUNK; i += FloatWeights.COUNT) {
                reader.load(WeightReader.ROW);
                a.stp(reader.weights[0].q(), reader.weights[1].q(), Mem.post(TO, 4 * FloatWeights.COUNT));
            }
            a.add(TO, TO, STEP);
        };
        RowLoop.write(a, () -> a.mov(TO, ROW), step, () -> a.add(ROW, ROW, tile.rowBytes()));
        return code.finish();
    }
}
