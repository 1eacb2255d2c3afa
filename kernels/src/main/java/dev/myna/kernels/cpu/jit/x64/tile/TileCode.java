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
 * Multiplies tiles of quantized weights. For each quadruple of positions of a record it loads two vectors of activations,
 * repeats four bytes of each weight row over a register, and adds their dot products to integer sums. At the end of each group
 * the integer sums are converted to f32, multiplied with the scales of row and column, and added to the f32 sums; minimums are
 * subtracted.
 *
 * <p>Vector registers, AVX-512 (6 x 2 vectors): 12 integer sums, 12 f32 sums, a repeated weight, a temporary, two activations.
 * AVX2 has 16 registers: with 3 x 2 vectors 6 integer sums, 6 f32 sums and the same four. Where 16-bit sums need registers of
 * their own ({@link #runs}), f32 sums stay in memory. So they do with signs, where 8 registers are the integer sums of 4 x 2
 * vectors and one holds the ones that widen 16-bit sums.
 */
public final class TileCode {
    private final QuantTile tile;
    private final DotCode dot;
    private final Rounding rounding;
    private final KernelCode code;
    private final Assembler a;
    /** The f32 sums, or null if they stay in memory. */
    private final Vec[] sums;

    /** The integer sums of a group. */
    private final Vec[] intSums;

    private final Vec weight;
    private final Vec temporary;
    private final Vec[] activations;
    /** The 16-bit sums of a run, or null. */
    private final Vec[] pairs;
    /** 16-bit ones, which widen 16-bit sums, or null without signs. */
    private final Vec ones;

    /** Quadruples of positions in a group. */
    private final int quads;

    private TileCode(QuantTile tile, Convention convention, DotCode dot, Rounding rounding) {
        this.tile = tile;
        this.dot = dot;
        this.rounding = rounding;
        code = new KernelCode(tile.isa(), convention);
        a = code.a;
        quads = tile.group() / 4;
        int count = tile.rows() * tile.vectors();
        intSums = code.take(count);
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

    /** Tells the kernels of different types for the same tile apart. */
    public static String variant(QuantTile tile, DotCode dot, Rounding rounding) {
        String run = dot.maxPairs() > 1 ? " of " + Math.min(dot.maxPairs(), tile.group() / 4) : "";
        return run + (rounding.sums() ? " sums" : " integers");
    }

    /** Whether 16 bits hold the pair sums of a run of quadruples, but not of a whole group. */
    private boolean runs() {
        return dot.maxPairs() > 1 && dot.maxPairs() < quads;
    }

    private byte[] write() {
        Runnable record = () -> {
            for (int group = 0; group < tile.groups(); group++) {
                if (runs()) {
                    runs(group);
                } else if (dot.maxPairs() > 1) {
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
            TileLoop.write(code, intSums.length, temporary, record);
        } else {
            TileLoop.write(code, sums, record);
        }
        return code.finish();
    }

    /** 16 bits hold the pair sums of a whole group: they are widened at its end. */
    private void wholeGroup(int group) {
        addPairs(intSums, group, 0, quads);
        for (Vec each : intSums) {
            DotCode.widen(code, each, each, 1);
        }
    }

    /** 16 bits hold the pair sums of a run: they are widened after each run, and added in 32 bits. */
    private void runs(int group) {
        for (int first = 0; first < quads; first += dot.maxPairs()) {
            addPairs(pairs, group, first, Math.min(first + dot.maxPairs(), quads));
            for (int i = 0; i < intSums.length; i++) {
                if (first == 0) {
                    DotCode.widen(code, intSums[i], pairs[i], 1);
                } else {
                    DotCode.widen(code, pairs[i], pairs[i], 1);
                    a.vpaddd(intSums[i], intSums[i], pairs[i]);
                }
            }
        }
    }

    /** {@code to =} the pair sums, in 16 bits, of the quadruples from {@code from} to {@code end}. */
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

    /**
     * Weights take the sign of the activation by an exclusive or; the carry is added when sums are scaled ({@link
     * Rounding.Kind#SIGNS}).
     */
    private void signs(int group) {
        for (int quad = 0; quad < quads; quad++) {
            load(group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = intSums[r * tile.vectors() + v];
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

    /** One instruction adds a quadruple in 32 bits. Sums begin at zero, or at the offsets of the columns. */
    private void quadruples(int group) {
        for (int i = 0; i < intSums.length; i++) {
            if (rounding.sums()) {
                code.zero(intSums[i]);
            } else {
                a.vmovups(intSums[i], perColumn(tile.columnSumsAt(), group, i % tile.vectors()));
            }
        }
        for (int quad = 0; quad < quads; quad++) {
            load(group * quads + quad);
            for (int r = 0; r < tile.rows(); r++) {
                repeat(r, group * quads + quad);
                for (int v = 0; v < tile.vectors(); v++) {
                    a.vpdpbusd(intSums[r * tile.vectors() + v], weight, activations[v]);
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

    /** Adds the scaled integer sums of a group to the f32 sums, and subtracts minimums times the sums of activations. */
    private void scale(int group) {
        for (int r = 0; r < tile.rows(); r++) {
            int at = 4 * (r * tile.groups() + group);
            a.vbroadcastss(weight, Mem.at(R8, tile.scalesAt() + at));
            for (int v = 0; v < tile.vectors(); v++) {
                int i = r * tile.vectors() + v;
                if (!rounding.sums() && !code.isa.vnni()) {
                    a.vpaddd(intSums[i], intSums[i], perColumn(tile.columnSumsAt(), group, v));
                }
                a.vcvtdq2ps(intSums[i], intSums[i]);
                a.vmulps(temporary, weight, perColumn(tile.columnScalesAt(), group, v));
                if (sums == null) {
                    a.vfmadd213ps(
                            intSums[i], temporary, Mem.at(R10, i * tile.isa().bytes()));
                } else {
                    a.vfmadd231ps(sums[i], intSums[i], temporary);
                }
            }
            if (rounding.sums()) {
                a.vbroadcastss(weight, Mem.at(R8, tile.subtractAt() + at));
                for (int v = 0; v < tile.vectors(); v++) {
                    Vec sum = (sums == null ? intSums : sums)[r * tile.vectors() + v];
                    a.vfnmadd231ps(sum, weight, perColumn(tile.columnSumsAt(), group, v));
                }
            }
        }
        for (int i = 0; i < intSums.length && sums == null; i++) {
            a.vmovups(Mem.at(R10, i * tile.isa().bytes()), intSums[i]);
        }
    }

    private Mem quadruple(int at, int quad, int v) {
        return Mem.at(R9, at + (quad * tile.vectors() + v) * tile.isa().bytes());
    }

    private Mem perColumn(int at, int group, int v) {
        return Mem.at(R9, at + (group * tile.vectors() + v) * tile.isa().bytes());
    }
}
