// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.row;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.DotCode;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.Arguments.MatVec;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Mat-vec: stored quantized rows times one to {@link Isa#maxColumns} rounded activation rows. A step is 256 weights, read 32 at
 * a time. The dot products of four groups, four numbers each, are added pairwise ({@code addp}) until one register has one
 * number for each group. It is converted to f32 and multiplied with four scales at once; where there are offsets, they are
 * multiplied with the sums of activations.
 *
 * <p>Vector registers of four activation rows: 4 or 8 f32 sums, 8 or 4 pending integer sums, 2 new ones, 2 of activations, 1
 * for pair sums without FEAT_DotProd, 1 for constants; 14 or more remain for the reader.
 */
public final class MatVecCode {
    private static final X SUMS_AT = X.X8;
    private static final X[] QUANTS = {X.X9, X.X10, X.X11, X.X12};
    private static final X[] SCALES = {X.X13, X.X14, X.X15, X.X16};
    private static final X WORK = X.X6;
    private static final X OUT = X.X7;

    private final KernelCode code;
    private final Assembler a;
    private final int columns;
    private final WeightReader reader;
    private final WeightForm form;
    private final DotCode dot;
    /** The f32 sums of each activation row: two if a step has four or more additions, else one. */
    private final V[][] sums;
    /** Integer sums of each activation row that are not yet complete; each has those of two groups. */
    private final V[][] pending;

    private final V[] intSums;
    private final V[] activations;

    private MatVecCode(TensorType type, Isa isa, int columns) {
        code = new KernelCode(isa);
        a = code.a;
        this.columns = columns;
        reader = WeightReader.of(type, code);
        form = reader.form;
        dot = new DotCode(code);
        sums = code.takeRows(columns, form.group() == 16 ? 2 : 1);
        pending = code.takeRows(columns, form.group() == 16 ? 1 : 2);
        intSums = code.take(form.group() == 16 ? 2 : 1);
        activations = code.take(2);
        code.keepConstants();
    }

    public static byte[] write(TensorType type, Isa isa, int columns) {
        return new MatVecCode(type, isa, columns).write();
    }

    private byte[] write() {
        RowLoop.write(a, this::begin, this::step, this::end);
        return code.finish();
    }

    private void begin() {
        for (V[] chains : sums) {
            code.zero(chains);
        }
        a.ldr(QUANTS[0], argument(MatVec.QUANTS));
        a.ldr(SCALES[0], argument(MatVec.SCALES));
        a.ldr(SUMS_AT, argument(MatVec.SUMS));
        a.sub(SUMS_AT, SUMS_AT, SCALES[0]);
        a.ldr(WORK, argument(MatVec.COLUMN_BYTES));
        for (int c = 1; c < columns; c++) {
            a.add(QUANTS[c], QUANTS[c - 1], WORK);
            a.add(SCALES[c], SCALES[c - 1], WORK);
        }
    }

    private void step() {
        RowLoop.prefetch(a, reader.bytes());
        reader.begin();
        int perSet = reader.chunksOfSet();
        for (int chunk = 0; chunk < WeightReader.STEP / WeightReader.CHUNK; chunk++) {
            V[] weights = reader.chunk(chunk);
            for (int c = 0; c < columns; c++) {
                a.ldp(activations[0].q(), activations[1].q(), Mem.post(QUANTS[c], WeightReader.CHUNK));
                if (form.group() == 16) {
                    multiply16(weights, chunk % perSet, pending[c]);
                } else {
                    multiply32(weights, chunk % perSet, pending[c]);
                }
            }
            if (chunk % perSet == perSet - 1) {
                scale(chunk / perSet);
            }
        }
    }

    /** Groups of 32. The fourth chunk completes a set: {@code to[0]} has the sums of four groups. */
    private void multiply32(V[] weights, int chunk, V[] to) {
        V sum = chunk % 2 == 0 ? to[chunk / 2] : intSums[0];
        dot.sum(sum, weights, activations, 0, 2);
        if (chunk % 2 == 1) {
            a.addp(to[chunk / 2].s4(), to[chunk / 2].s4(), sum.s4());
        }
        if (chunk == 3) {
            a.addp(to[0].s4(), to[0].s4(), to[1].s4());
        }
    }

    /** Groups of 16. The second chunk completes a set: {@code to[0]} has the sums of four groups. */
    private void multiply16(V[] weights, int chunk, V[] to) {
        for (int i = 0; i < 2; i++) {
            dot.sum(intSums[i], weights, activations, i, 1);
        }
        V sum = chunk == 0 ? to[0] : intSums[0];
        a.addp(sum.s4(), intSums[0].s4(), intSums[1].s4());
        if (chunk == 1) {
            a.addp(to[0].s4(), to[0].s4(), sum.s4());
        }
    }

    private void scale(int set) {
        reader.scales(set);
        for (int c = 0; c < columns; c++) {
            V sum = sums[c][set % sums[c].length];
            V dotted = pending[c][0];
            V perGroup = activations[0];
            V more = activations[1];
            code.toFloats(dotted, form.fraction());
            if (form.offset()) {
                a.ldr(more.q(), Mem.at(SCALES[c], SUMS_AT));
                a.fmla(sum.s4(), reader.offset.s4(), more.s4());
            }
            a.ldr(perGroup.q(), Mem.post(SCALES[c], 16));
            a.fmul(perGroup.s4(), perGroup.s4(), reader.scale.s4());
            a.fmla(sum.s4(), dotted.s4(), perGroup.s4());
        }
    }

    private void end() {
        a.ldr(OUT, argument(MatVec.OUT));
        a.add(WORK, OUT, 4);
        a.str(WORK, argument(MatVec.OUT));
        a.ldr(WORK, argument(MatVec.OUT_BYTES));
        for (int c = 0; c < columns; c++) {
            V sum = sums[c][0];
            for (int i = 1; i < sums[c].length; i++) {
                a.fadd(sum.s4(), sum.s4(), sums[c][i].s4());
            }
            a.faddp(sum.s4(), sum.s4(), sum.s4());
            a.faddp(sum.s(), sum.s2());
            a.str(sum.s(), Mem.at(OUT));
            if (c < columns - 1) {
                a.add(OUT, OUT, WORK);
            }
        }
    }
}
