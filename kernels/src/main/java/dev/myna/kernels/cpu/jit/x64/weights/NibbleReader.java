// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Operand;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.HighHalf;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.format.BlockFormat;
import java.util.function.IntUnaryOperator;

/**
 * Q4_0, Q4_1, Q5_0, Q5_1 and IQ4_NL: f16 d (Q4_1, Q5_1: f16 m), (Q5_0, Q5_1: four bytes of fifth bits), and 16 bytes whose low
 * nibbles are the first 16 weights. A byte shuffle maps nibbles of IQ4_NL to its levels.
 */
class NibbleReader extends WeightReader {
    private enum Kind {
        PLAIN,
        FIFTH_BIT,
        TABLE;

        static Kind of(TensorType type) {
            return switch (type) {
                case Q4_0, Q4_1 -> PLAIN;
                case Q5_0, Q5_1 -> FIFTH_BIT;
                default -> TABLE;
            };
        }
    }

    private final Kind kind;
    private final int block;
    private final boolean minimum;
    private final Vec mask;
    private final Operand shifts;
    /** The table of levels, or fifth bits. */
    private final Vec levelsOrFifthBits;

    NibbleReader(KernelCode code, TensorType type) {
        super(code, type);
        kind = Kind.of(type);
        block = bytes() / 8;
        minimum = type == TensorType.Q4_1 || type == TensorType.Q5_1;
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        Mem halves = code.ints(code.isa.lanes(), lane -> lane / 4 % 2 * 4);
        shifts = code.isa.avx512() ? code.keep(halves) : halves;
        levelsOrFifthBits = kind == Kind.PLAIN ? null : code.take();
        if (kind == Kind.TABLE) {
            int[] levels = BlockFormat.of(type).layout().levels();
            byte[] bytes = new byte[levels.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (levels[i] + (signed() ? 0 : zeroPoint(type)));
            }
            a.vbroadcasti128(levelsOrFifthBits, a.constant(bytes));
        }
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        f16s(row, 0, block, scale[0]);
        if (minimum) {
            f16s(row, 2, block, subtract[0]);
            a.vpxord(subtract[0], subtract[0], code.ints(8, lane -> 0x80000000));
        } else {
            symmetric(scale, subtract);
        }
    }

    /** {@code to =} the values of low nibbles: the nibbles themselves, or their levels. */
    private void values(Vec to, Vec bytes) {
        a.vpandd(to, bytes, mask);
        if (kind == Kind.TABLE) {
            a.vpshufb(to, levelsOrFifthBits, to);
        }
    }

    /** {@code to =} the values of the low and of the high nibbles of {@code bytes}, which has 16 bytes of each block. */
    final void nibbles(Vec[] to, Vec bytes) {
        values(to[0], bytes);
        a.vpsrld(bytes, bytes, 4);
        values(to[1], bytes);
    }

    @Override
    public final int groupOf(int part, int lane) {
        return paired ? (part * code.isa.lanes() + lane) / 4 : super.groupOf(part, lane);
    }

    /** The weights of two blocks: the first 16 of both, and the last 16 of both. */
    @Override
    public void part(Gpr row, int part, Vec[] to) {
        if (!paired) {
            super.part(row, part, to);
            return;
        }
        bytes(row, part, to[1]);
        nibbles(to, to[1]);
        if (kind == Kind.FIFTH_BIT) {
            for (int half = 0; half < 2; half++) {
                a.vmovups(levelsOrFifthBits.as(16), Mem.at(row, 2 * part * block));
                a.vinserti128(levelsOrFifthBits, levelsOrFifthBits, Mem.at(row, (2 * part + 1) * block));
                int first = 2 * half;
                addFifthBits(lane -> first + lane % 4 / 2, to[half]);
            }
        }
    }

    /** Loads the 16 bytes of quants of each of two blocks. */
    void bytes(Gpr row, int part, Vec to) {
        a.vmovups(to.as(16), quants(row, 2 * part));
        a.vinserti128(to, to, quants(row, 2 * part + 1));
    }

    /** The 16 bytes of quants of block {@code i}. */
    Mem quants(Gpr row, int i) {
        return Mem.at(row, i * block + block - 16);
    }

    @Override
    public final void chunk(Gpr row, int chunk, Vec to) {
        if (code.isa.avx512()) {
            pair(to, quants(row, 2 * chunk), quants(row, 2 * chunk + 1));
        } else {
            a.vbroadcasti128(to, quants(row, chunk));
        }
        a.vpsrlvd(to, to, shifts);
        values(to, to);
        if (kind == Kind.FIFTH_BIT) {
            if (code.isa.avx512()) {
                pair(levelsOrFifthBits, Mem.at(row, 2 * chunk * block), Mem.at(row, (2 * chunk + 1) * block));
            } else {
                a.vbroadcasti128(levelsOrFifthBits, Mem.at(row, chunk * block));
            }
            addFifthBits(lane -> lane % 8 / 2, to);
        }
    }

    private void pair(Vec to, Mem low, Mem high) {
        a.vbroadcasti128(to, low);
        a.vbroadcasti128(to, HighHalf.MASK, high);
    }

    /**
     * Adds the fifth bits, 16 each: bit i of the four bytes before the quants belongs to byte i. A lane takes its bits from
     * byte {@code source}.
     */
    private void addFifthBits(IntUnaryOperator source, Vec to) {
        int at = minimum ? 4 : 2;
        a.vpshufb(
                levelsOrFifthBits,
                levelsOrFifthBits,
                code.ints(code.isa.lanes(), lane -> 0x01010101 * (at + source.applyAsInt(lane))));
        a.vpandd(
                levelsOrFifthBits,
                levelsOrFifthBits,
                code.ints(code.isa.lanes(), lane -> lane % 2 == 0 ? 0x08040201 : 0x80402010));
        a.vpminub(levelsOrFifthBits, levelsOrFifthBits, code.everyByte(1));
        a.vpslld(levelsOrFifthBits, levelsOrFifthBits, 4);
        a.vpord(to, to, levelsOrFifthBits);
    }
}
