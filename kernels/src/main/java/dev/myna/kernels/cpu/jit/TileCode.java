// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;

import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies the tiles of a band with one tile of activations, over a part of the inner dimension, and adds to (or begins) the
 * band's sums. Every weight byte quadruple is repeated in a register and multiplied with the same quadruple of all activation
 * rows; integer sums of a group are converted, scaled and added to f32 sums, which stay in registers.
 *
 * <p>Of AVX2's 16 registers the f32 sums of 3 x 2 vectors take six and their integers six. The other four are the repeated weights,
 * a product, and either both vectors of activations ({@link #wholeGroups}) or a row's 16-bit sums ({@link #runs}), or the weights'
 * magnitudes ({@link DotCode#signed}).
 */
final class TileCode {
    private final QuantTile tile;
    private final DotCode dot;
    private final KernelCode code;
    private final Assembler a;
    private final Vec[] sums;
    private final Vec[] dots;
    private final Vec weight;
    private final Vec[] temporaries;
    /** Quadruples of a group. */
    private final int quads;

    private TileCode(QuantTile tile, Convention convention, DotCode dot) {
        this.tile = tile;
        this.dot = dot;
        code = new KernelCode(tile.isa(), convention);
        a = code.a;
        quads = tile.group() / 4;
        int count = tile.rows() * tile.vectors();
        sums = code.take(count);
        dots = code.take(count);
        weight = code.take();
        temporaries = code.take(dot.temporaries());
    }

    static byte[] write(QuantTile tile, Convention convention, DotCode dot) {
        return new TileCode(tile, convention, dot).write();
    }

    /** Tells apart what {@link #write} makes of different types for the same tile. */
    static String kind(QuantTile tile, DotCode dot) {
        return dot.room() > 1
                ? " of " + Math.min(dot.room(), tile.group() / 4)
                : dot.signed() ? " signed" : " " + dot.large();
    }

    private byte[] write() {
        // The first of what remains of the registers.
        Vec[] more = dot.room() > 1 || tile.isa().avx512() ? code.take(tile.vectors()) : null;
        Runnable record = () -> {
            for (int group = 0; group < tile.groups(); group++) {
                if (dot.room() >= quads) {
                    wholeGroups(group, more);
                } else if (dot.room() > 1) {
                    runs(group, more);
                } else {
                    quadruples(group, more);
                }
                scale(group);
            }
            a.add(R8, tile.record());
            a.add(R9, tile.columnRecord());
        };
        TileLoop.write(code, sums, record);
        return code.finish();
    }

    /** All 16-bit sums of a group fit together: they are widened in the end. */
    private void wholeGroups(int group, Vec[] activations) {
        for (int quad = 0; quad < quads; quad++) {
            load(activations, group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    addPairs(dots[r * tile.vectors() + v], activations[v], quad == 0);
                }
            }
        }
        for (Vec each : dots) {
            DotCode.widen(code, each, each, 1);
        }
    }

    /** Some 16-bit sums fit together: row by row, that many quadruples at a time. */
    private void runs(int group, Vec[] pairs) {
        for (int first = 0; first < quads; first += dot.room()) {
            for (int r = 0; r < tile.rows(); r++) {
                for (int quad = first; quad < Math.min(first + dot.room(), quads); quad++) {
                    repeat(r, group * quads + quad);
                    for (int v = 0; v < tile.vectors(); v++) {
                        addPairs(pairs[v], quadruple(group * quads + quad, v), quad == first);
                    }
                }
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = dots[r * tile.vectors() + v];
                    if (first == 0) {
                        DotCode.widen(code, sum, pairs[v], 1);
                    } else {
                        DotCode.widen(code, pairs[v], pairs[v], 1);
                        a.vpaddd(sum, sum, pairs[v]);
                    }
                }
            }
        }
    }

    private void addPairs(Vec pairs, Operand activations, boolean first) {
        if (first) {
            dot.pairs(code, pairs, weight, activations, temporaries);
        } else {
            dot.pairs(code, temporaries[0], weight, activations, temporaries);
            a.vpaddw(pairs, pairs, temporaries[0]);
        }
    }

    /** Every quadruple is summed in 32 bits. Without room for activations they are read again for each row. */
    private void quadruples(int group, Vec[] activations) {
        for (int quad = 0; quad < quads; quad++) {
            if (activations != null) {
                load(activations, group * quads + quad);
            }
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                dot.prepare(code, weight, temporaries);
                for (int v = 0; v < tile.vectors(); v++) {
                    Operand with = activations == null ? quadruple(group * quads + quad, v) : activations[v];
                    Vec sum = dots[r * tile.vectors() + v];
                    if (quad == 0) {
                        dot.begin(code, sum, weight, with, temporaries);
                    } else {
                        dot.add(code, sum, weight, with, temporaries);
                    }
                }
            }
        }
    }

    private void load(Vec[] activations, int quad) {
        for (int v = 0; v < tile.vectors(); v++) {
            a.vmovups(activations[v], quadruple(quad, v));
        }
    }

    private void repeat(int row, int quad) {
        a.vbroadcastss(weight, Mem.at(R8, 32 * row + 4 * quad));
    }

    /** Adds a group's sums, scaled, and subtracts what is to be subtracted. */
    private void scale(int group) {
        Vec temporary = temporaries[0];
        for (int r = 0; r < tile.rows(); r++) {
            int at = 4 * (r * tile.groups() + group);
            a.vbroadcastss(weight, Mem.at(R8, tile.scalesAt() + at));
            for (int v = 0; v < tile.vectors(); v++) {
                int i = r * tile.vectors() + v;
                a.vcvtdq2ps(dots[i], dots[i]);
                a.vmulps(temporary, weight, perColumn(tile.columnScalesAt(), group, v));
                a.vfmadd231ps(sums[i], dots[i], temporary);
            }
            if (!dot.signed()) {
                a.vbroadcastss(weight, Mem.at(R8, tile.subtractAt() + at));
                for (int v = 0; v < tile.vectors(); v++) {
                    a.vfnmadd231ps(sums[r * tile.vectors() + v], weight, perColumn(tile.columnSumsAt(), group, v));
                }
            }
        }
    }

    private Mem quadruple(int quad, int v) {
        return Mem.at(R9, (quad * tile.vectors() + v) * tile.isa().bytes());
    }

    private Mem perColumn(int at, int group, int v) {
        return Mem.at(R9, at + (group * tile.vectors() + v) * tile.isa().bytes());
    }
}
