// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.row;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.Arguments.Panel;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Expands stored quantized rows to a panel of records ({@link QuantTile}). A step is 256 weights: each chunk of 32 bytes is
 * stored to its record, then the scales and offsets of four groups to theirs. With FEAT_I8MM, eight bytes of a row and of the
 * next one alternate, as {@code smmla} reads them.
 */
public final class PanelCode {
    /** Address of the row's weights in the first record. */
    private static final X PANEL = X.X8;

    /** Address of the row's scales in the first record. */
    private static final X PANEL_SCALES = X.X9;

    private static final X WEIGHTS = X.X10;
    private static final X SCALES = X.X11;
    private static final X OFFSETS = X.X12;
    /** Bytes to the next row, which is the second of a pair or the first of the next pair. */
    private static final X NEXT = X.X13;

    private static final int PAIR = 64;
    private static final int POSITIONS = 8;

    private final KernelCode code;
    private final Assembler a;
    private final QuantTile tile;
    private final WeightReader reader;
    private final V upper;

    private PanelCode(TensorType type, QuantTile tile) {
        this.tile = tile;
        code = new KernelCode(tile.isa());
        a = code.a;
        reader = WeightReader.of(type, code);
        upper = code.take();
        code.keepConstants();
    }

    public static byte[] write(TensorType type, QuantTile tile) {
        return new PanelCode(type, tile).write();
    }

    private boolean pairs() {
        return tile.isa().i8mm();
    }

    private byte[] write() {
        a.ldr(PANEL, argument(Panel.PANEL));
        a.add(PANEL_SCALES, PANEL, tile.scalesAt());
        a.mov(NEXT, POSITIONS);
        RowLoop.write(a, this::begin, this::step, this::end);
        return code.finish();
    }

    private void begin() {
        a.mov(WEIGHTS, PANEL);
        a.mov(SCALES, PANEL_SCALES);
        a.add(OFFSETS, PANEL_SCALES, tile.subtractAt() - tile.scalesAt());
    }

    private void step() {
        reader.begin();
        int perSet = reader.chunksOfSet();
        for (int chunk = 0; chunk < WeightReader.STEP / WeightReader.CHUNK; chunk++) {
            store(reader.chunk(chunk));
            if (chunk % perSet == perSet - 1) {
                reader.scales(chunk / perSet);
                store(reader.scale, SCALES);
                if (reader.offset != null) {
                    store(reader.offset, OFFSETS);
                }
            }
        }
    }

    private void store(V[] weights) {
        if (!pairs()) {
            a.stp(weights[0].q(), weights[1].q(), Mem.at(WEIGHTS));
        } else {
            for (int i = 0; i < weights.length; i++) {
                a.dup(upper.d(), weights[i].d(1));
                a.str(weights[i].d(), Mem.at(WEIGHTS, 4 * POSITIONS * i));
                a.str(upper.d(), Mem.at(WEIGHTS, 4 * POSITIONS * i + 2 * POSITIONS));
            }
        }
        a.add(WEIGHTS, WEIGHTS, tile.record());
    }

    /** Stores four numbers, one or two to a record. */
    private void store(V numbers, X to) {
        for (int i = 0; i < 4 / tile.groups(); i++) {
            a.st1(tile.groups() == 1 ? numbers.s(i) : numbers.d(i), Mem.at(to));
            a.add(to, to, tile.record());
        }
    }

    private void end() {
        if (pairs()) {
            a.add(PANEL, PANEL, NEXT);
            a.eor(NEXT, NEXT, POSITIONS ^ PAIR - POSITIONS);
        } else {
            a.add(PANEL, PANEL, WeightReader.CHUNK);
        }
        a.add(PANEL_SCALES, PANEL_SCALES, 4 * tile.groups());
    }
}
