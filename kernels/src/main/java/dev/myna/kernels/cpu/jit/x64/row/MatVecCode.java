// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.row;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R14;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;
import static dev.myna.kernels.asm.x64.Gpr.RDI;
import static dev.myna.kernels.asm.x64.Gpr.RDX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.COLUMN_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.OUT;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.OUT_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.QUANTS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.SCALES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.MatVec.SUMS;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Operand;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.x64.code.DotCode;
import dev.myna.kernels.cpu.jit.x64.code.HighHalf;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.cpu.jit.x64.weights.WeightReader;

/**
 * Mat-vec: stored quantized rows times one to {@link Isa#maxColumns} rounded activation rows. A step is 256 weights. It
 * multiplies the scales of the weights' groups with those of each activation row, expands the weights part by part, forms their
 * dot products with each activation row, converts these to f32, and adds them to the f32 sums, times the scales that a
 * permutation spreads over the lanes. Minimums times the sums of activations are subtracted once a step.
 *
 * <p>Registers: rsi is the address of the weights, r8, r9 and r10 those of the first activation row's integers, scales and
 * sums; r13 and r14 hold one and three times the bytes between activation rows; rdx is the output. Vectors: one or two f32 sums
 * and one for minimums for each activation row, scales, products of scales, the bytes of a part, its dot products, temporaries,
 * and the reader's.
 */
public final class MatVecCode {

    private MatVecCode() {}

    public static byte[] write(TensorType type, Isa isa, Convention convention, int columns) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        HighHalf.load(code);
        WeightReader reader = WeightReader.of(type, code);
        int vectors = reader.scaleVectors();
        Vec[][] sums = code.takeRows(columns, chains(code, reader));
        Vec[] subtracted = code.take(columns, reader.scaleBytes());
        Vec[] scale = code.take(vectors, reader.scaleBytes());
        Vec[][] products = new Vec[columns][];
        for (int c = 0; c < columns; c++) {
            products[c] = c == columns - 1 ? scale : code.take(vectors, reader.scaleBytes());
        }
        Vec[] weights = code.take(reader.partVectors());
        Vec intSums = code.take();
        DotCode dot = reader.dot();
        Vec[] temporaries = code.take(dot.temporaries());
        Vec temporary = temporaries[0];
        Operand[] lanes = new Operand[reader.parts()];
        for (int part = 0; part < lanes.length; part++) {
            Mem indices = lanes(code, reader, part);
            lanes[part] = code.free() > 0 ? code.keep(indices) : indices;
        }
        // These registers are shared: minimums are used up before the first part.
        Vec[] subtract = {intSums.as(reader.scaleBytes()), temporary.as(reader.scaleBytes())};

        a.mov(RDX, argument(OUT));
        a.mov(R13, argument(COLUMN_BYTES));
        a.lea(R14, Mem.at(R13, R13, 2, 0));
        Runnable begin = () -> {
            code.zero(sums);
            code.zero(subtracted);
            a.mov(R8, argument(QUANTS));
            a.mov(R9, argument(SCALES));
            a.mov(R10, argument(SUMS));
        };
        Runnable step = () -> {
            RowLoop.prefetch(a, reader.bytes());
            reader.scales(RSI, scale, subtract);
            for (int c = 0; c < columns; c++) {
                for (int i = 0; i < vectors; i++) {
                    a.vfnmadd231ps(subtracted[c], subtract[i], column(R10, c, i * reader.scaleBytes()));
                }
            }
            for (int c = 0; c < columns; c++) {
                for (int i = 0; i < vectors; i++) {
                    a.vmulps(products[c][i], scale[i], column(R9, c, i * reader.scaleBytes()));
                }
            }
            for (int part = 0; part < lanes.length; part++) {
                reader.part(RSI, part, weights);
                for (int c = 0; c < columns; c++) {
                    Mem[] activations = new Mem[weights.length];
                    for (int i = 0; i < weights.length; i++) {
                        activations[i] = column(R8, c, (part * weights.length + i) * isa.bytes());
                    }
                    dot.sum(code, intSums, weights, activations, temporaries);
                    a.vcvtdq2ps(intSums, intSums);
                    spread(code, lanes[part], products[c][table(reader, part)], temporary);
                    a.vfmadd231ps(sums[c][part % sums[c].length], intSums, temporary);
                }
            }
            a.add(R8, QuantTile.STEP);
            a.add(R9, 4 * reader.groups());
            a.add(R10, 4 * reader.groups());
        };
        Runnable end = () -> {
            a.mov(RDI, RDX);
            for (int c = 0; c < columns; c++) {
                // A narrower instruction has cleared the upper part of the register.
                Vec sum = sums[c][0];
                a.vaddps(sum, sum, subtracted[c].as(isa.bytes()));
                code.sum(sums[c], temporary);
                a.vmovss(Mem.at(RDI, 0), sum);
                if (c < columns - 1) {
                    a.add(RDI, argument(OUT_BYTES));
                }
            }
            a.add(RDX, 4);
        };
        RowLoop.write(a, reader.bytes(), begin, step, end);
        return code.finish();
    }

    /**
     * Registers for the f32 sums of an activation row, 1 or 2. With one, four or more additions a step would depend on each
     * other, each four cycles long, which takes longer than the rest of the step. The result is the same for every number of
     * activation rows, so that a sum does not depend on the other rows.
     */
    private static int chains(KernelCode code, WeightReader reader) {
        int columns = code.isa.maxColumns();
        int others = columns * (1 + reader.scaleVectors())
                + reader.partVectors()
                + 1
                + reader.dot().temporaries()
                + (code.isa.avx512() ? reader.parts() : 0);
        return reader.parts() > 2 && others + 2 * columns <= code.free() ? 2 : 1;
    }

    /** An address in activation row c: r13 and r14 hold one and three times the distance of rows. */
    static Mem column(Gpr base, int c, int disp) {
        return switch (c) {
            case 0 -> Mem.at(base, disp);
            case 1 -> Mem.at(base, R13, 1, disp);
            case 2 -> Mem.at(base, R13, 2, disp);
            case 3 -> Mem.at(base, R14, 1, disp);
            default -> throw new IllegalArgumentException("column " + c);
        };
    }

    /** The index of the vector of scales that has those of a part. */
    private static int table(WeightReader reader, int part) {
        return reader.groupOf(part, 0) / (reader.scaleBytes() / 4);
    }

    /** For each lane of a part's sums, the index of its scale in the vector of scales. */
    private static Mem lanes(KernelCode code, WeightReader reader, int part) {
        return code.ints(code.isa.lanes(), lane -> reader.groupOf(part, lane) % (reader.scaleBytes() / 4));
    }

    /** Spreads scales over the lanes of a part's sums. */
    private static void spread(KernelCode code, Operand lanes, Vec scales, Vec to) {
        Vec table = scales.as(code.isa.bytes());
        switch (lanes) {
            case Vec kept -> code.a.vpermps(to, kept, table);
            case Mem stored -> {
                code.a.vmovups(to, stored);
                code.a.vpermps(to, to, table);
            }
        }
    }
}
