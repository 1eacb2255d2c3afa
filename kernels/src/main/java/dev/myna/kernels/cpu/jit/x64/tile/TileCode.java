// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.tile;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;

import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import dev.myna.kernels.cpu.jit.x64.code.DotCode;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Multiplies the tiles of a band with one tile of activations, over a part of the inner dimension, and adds to (or begins) the
 * band's sums. Every weight byte quadruple is repeated in a register and multiplied with the same quadruple of all activation
 * rows; integer sums of a group are converted, scaled and added to f32 sums.
 *
 * <p>AVX2 has 16 registers. Four are the repeated weights, a product and two vectors of activations. The integers of 3 x 2 vectors take
 * six, and their f32 sums the last six. Where those are 16-bit sums instead ({@link #runs}), the f32 sums stay in memory. So they do with
 * signs, where eight registers are the integers of 4 x 2 vectors, and one has the ones that widen.
 */
public final class TileCode {
    private final QuantTile tile;
    private final DotCode dot;
    private final Rounding rounding;
    private final KernelCode code;
    private final Assembler a;
    /** The f32 sums, or null where they stay in memory. */
    private final Vec[] sums;

    /** The integer sums of a group. */
    private final Vec[] dots;

    private final Vec weight;
    private final Vec temporary;
    private final Vec[] activations;
    /** 16-bit sums of a run, or null. */
    private final Vec[] pairs;
    /** What widens products of signs, or null. */
    private final Vec ones;

    /** Quadruples of a group. */
    private final int quads;

    private TileCode(QuantTile tile, Convention convention, DotCode dot, Rounding rounding) {
        this.tile = tile;
        this.dot = dot;
        this.rounding = rounding;
        code = new KernelCode(tile.isa(), convention);
        a = code.a;
        quads = tile.group() / 4;
        int count = tile.rows() * tile.vectors();
        dots = code.take(count);
        sums = runs() || rounding.signs() ? null : code.take(count);
        pairs = runs() ? code.take(count) : null;
        ones = rounding.signs() ? code.keep(code.everyInt(1 << 16 | 1)) : null;
        weight = code.take();
        temporary = code.take();
        activations = code.take(tile.vectors());
    }

    public static byte[] write(QuantTile tile, Convention convention, DotCode dot, Rounding rounding) {
        return new TileCode(tile, convention, dot, rounding).write();
    }

    /** Tells apart what {@link #write} makes of different types for the same tile. */
    public static String kind(QuantTile tile, DotCode dot, Rounding rounding) {
        String dots = dot.room() > 1 ? " of " + Math.min(dot.room(), tile.group() / 4) : "";
        return dots + (rounding.sums() ? " sums" : " integers");
    }

    /** Whether some 16-bit sums of a group fit together, but not all. */
    private boolean runs() {
        return dot.room() > 1 && dot.room() < quads;
    }

    private byte[] write() {
        Runnable record = () -> {
            for (int group = 0; group < tile.groups(); group++) {
                if (runs()) {
                    runs(group);
                } else if (dot.room() > 1) {
                    wholeGroup(group);
                } else if (rounding.signs()) {
                    signs(group);
                } else {
                    quadruples(group);
                }
                scale(group);
            }
            a.add(R8, tile.record());
            a.add(R9, tile.columnRecord());
        };
        if (sums == null) {
            TileLoop.write(code, dots.length, temporary, record);
        } else {
            TileLoop.write(code, sums, record);
        }
        return code.finish();
    }

    /** All 16-bit sums of a group fit together: they are widened in the end. */
    private void wholeGroup(int group) {
        addPairs(dots, group, 0, quads);
        for (Vec each : dots) {
            DotCode.widen(code, each, each, 1);
        }
    }

    /** Some 16-bit sums fit together: they are widened after that many quadruples, and added in 32 bits. */
    private void runs(int group) {
        for (int first = 0; first < quads; first += dot.room()) {
            addPairs(pairs, group, first, Math.min(first + dot.room(), quads));
            for (int i = 0; i < dots.length; i++) {
                if (first == 0) {
                    DotCode.widen(code, dots[i], pairs[i], 1);
                } else {
                    DotCode.widen(code, pairs[i], pairs[i], 1);
                    a.vpaddd(dots[i], dots[i], pairs[i]);
                }
            }
        }
    }

    /** Sums of products in 16 bits, of some quadruples of a group. */
    private void addPairs(Vec[] to, int group, int from, int end) {
        for (int quad = from; quad < end; quad++) {
            load(group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = to[r * tile.vectors() + v];
                    if (quad == from) {
                        a.vpmaddubsw(sum, weight, activations[v]);
                    } else {
                        a.vpmaddubsw(temporary, weight, activations[v]);
                        a.vpaddw(sum, sum, temporary);
                    }
                }
            }
        }
    }

    /** The activation's sign goes to the weight, but for the carry ({@link Rounding.Kind#SIGNS}). */
    private void signs(int group) {
        for (int quad = 0; quad < quads; quad++) {
            load(group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = dots[r * tile.vectors() + v];
                    Vec product = quad == 0 ? sum : temporary;
                    a.vpxord(product, weight, quadruple(tile.columnMasksAt(), group * quads + quad, v));
                    a.vpmaddubsw(product, activations[v], product);
                    a.vpmaddwd(product, product, ones);
                    if (quad > 0) {
                        a.vpaddd(sum, sum, product);
                    }
                }
            }
        }
    }

    /** Every quadruple is summed in 32 bits by one instruction, from the offsets on. */
    private void quadruples(int group) {
        for (int i = 0; i < dots.length; i++) {
            if (rounding.sums()) {
                code.zero(dots[i]);
            } else {
                a.vmovups(dots[i], perColumn(tile.columnSumsAt(), group, i % tile.vectors()));
            }
        }
        for (int quad = 0; quad < quads; quad++) {
            load(group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    a.vpdpbusd(dots[r * tile.vectors() + v], weight, activations[v]);
                }
            }
        }
    }

    private void load(int quad) {
        for (int v = 0; v < tile.vectors(); v++) {
            a.vmovups(activations[v], quadruple(0, quad, v));
        }
    }

    private void repeat(int row, int quad) {
        a.vbroadcastss(weight, Mem.at(R8, 32 * row + 4 * quad));
    }

    /** Adds a group's sums, scaled, and subtracts what is to be subtracted. */
    private void scale(int group) {
        for (int r = 0; r < tile.rows(); r++) {
            int at = 4 * (r * tile.groups() + group);
            a.vbroadcastss(weight, Mem.at(R8, tile.scalesAt() + at));
            for (int v = 0; v < tile.vectors(); v++) {
                int i = r * tile.vectors() + v;
                if (!rounding.sums() && !code.isa.vnni()) {
                    a.vpaddd(dots[i], dots[i], perColumn(tile.columnSumsAt(), group, v));
                }
                a.vcvtdq2ps(dots[i], dots[i]);
                a.vmulps(temporary, weight, perColumn(tile.columnScalesAt(), group, v));
                if (sums == null) {
                    a.vfmadd213ps(dots[i], temporary, Mem.at(R10, i * tile.isa().bytes()));
                } else {
                    a.vfmadd231ps(sums[i], dots[i], temporary);
                }
            }
            if (rounding.sums()) {
                a.vbroadcastss(weight, Mem.at(R8, tile.subtractAt() + at));
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = (sums == null ? dots : sums)[r * tile.vectors() + v];
                    a.vfnmadd231ps(sum, weight, perColumn(tile.columnSumsAt(), group, v));
                }
            }
        }
        for (int i = 0; i < dots.length && sums == null; i++) {
            a.vmovups(Mem.at(R10, i * tile.isa().bytes()), dots[i]);
        }
    }

    private Mem quadruple(int at, int quad, int v) {
        return Mem.at(R9, at + (quad * tile.vectors() + v) * tile.isa().bytes());
    }

    private Mem perColumn(int at, int group, int v) {
        return Mem.at(R9, at + (group * tile.vectors() + v) * tile.isa().bytes());
    }
}
