// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.row;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;
import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RCX;
import static dev.myna.kernels.asm.x64.Gpr.RDX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Panel.PANEL;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.x64.code.HighHalf;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.cpu.jit.x64.weights.WeightReader;

/**
 * Expands stored quantized rows to a panel of records ({@link QuantTile}). A step is 256 weights, eight records: it stores the
 * bytes chunk by chunk, and copies each group's scale and minimum to its record by way of memory.
 *
 * <p>Registers: rsi is the address of the weights, r10 and rdx are those of the row's bytes and scales in the first record, r8
 * and r9 the same in the current one.
 */
public final class PanelCode {
    /** Offset of 128 bytes among the arguments, for the scales and minimums of a step. */
    static final int WORK = 128;

    private PanelCode() {}

    public static byte[] write(TensorType type, QuantTile tile, Convention convention) {
        Isa isa = tile.isa();
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        HighHalf.load(code);
        WeightReader reader = WeightReader.of(type, code);
        Vec[] scale = code.take(reader.scaleVectors(), reader.scaleBytes());
        Vec[] subtract = code.take(reader.scaleVectors(), reader.scaleBytes());
        Vec weights = code.take();
        boolean minimums = WeightReader.rounding(type, isa).sums();

        int perRecord = tile.groups();
        a.mov(R10, argument(PANEL));
        a.lea(RDX, Mem.at(R10, tile.scalesAt()));
        Runnable begin = () -> {
            a.mov(R8, R10);
            a.mov(R9, RDX);
        };
        Runnable step = () -> {
            reader.scales(RSI, scale, subtract);
            for (int i = 0; i < scale.length; i++) {
                a.vmovups(argument(WORK + i * reader.scaleBytes()), scale[i]);
                if (minimums) {
                    a.vmovups(argument(WORK + 64 + i * reader.scaleBytes()), subtract[i]);
                }
            }
            for (int chunk = 0; chunk < reader.chunks(); chunk++) {
                reader.chunk(RSI, chunk, weights);
                if (isa.avx512()) {
                    a.vmovups(Mem.at(R8, 2 * chunk * tile.record()), weights.as(32));
                    a.vextract256(Mem.at(R8, (2 * chunk + 1) * tile.record()), weights, 1);
                } else {
                    a.vmovups(Mem.at(R8, chunk * tile.record()), weights);
                }
            }
            for (int i = 0; i < reader.groups(); i++) {
                int to = i / perRecord * tile.record() + i % perRecord * 4;
                a.mov32(RAX, argument(WORK + 4 * i));
                a.mov32(Mem.at(R9, to), RAX);
                if (minimums) {
                    a.mov32(RCX, argument(WORK + 64 + 4 * i));
                    a.mov32(Mem.at(R9, to + tile.subtractAt() - tile.scalesAt()), RCX);
                }
            }
            a.add(R8, 8 * tile.record());
            a.add(R9, 8 * tile.record());
        };
        Runnable end = () -> {
            a.add(R10, 32);
            a.add(RDX, 4 * perRecord);
        };
        RowLoop.write(a, reader.bytes(), begin, step, end);
        return code.finish();
    }
}
