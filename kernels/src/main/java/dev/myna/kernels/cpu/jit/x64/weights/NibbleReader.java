// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Operand;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.HighHalf;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import java.util.function.IntUnaryOperator;

/**
 * Q4_0, Q4_1, Q5_0, Q5_1 and IQ4_NL: f16 d, with Q4_1 and Q5_1 f16 m, with Q5_0 and Q5_1 four bytes of fifth bits, and 16 bytes,
 * whose low halves are the first 16 weights. IQ4_NL's numbers go through a table.
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

    /** IQ4_NL's values plus 128. */
    private static final int[] TABLE = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};

    private final Kind kind;
    private final int block;
    private final boolean minimum;
    private final Vec mask;
    private final Operand shifts;
    /** The table, or fifth bits. */
    private final Vec more;

    NibbleReader(KernelCode code, TensorType type) {
        super(code, type);
        kind = Kind.of(type);
        block = bytes() / 8;
        minimum = type == TensorType.Q4_1 || type == TensorType.Q5_1;
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        Mem halves = code.ints(code.isa.lanes(), lane -> lane / 4 % 2 * 4);
        shifts = code.isa.avx512() ? code.keep(halves) : halves;
        more = kind == Kind.PLAIN ? null : code.take();
        if (kind == Kind.TABLE) {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 16; i++) {
                bytes[i] = (byte) (TABLE[i] - (signed() ? zero(type) : 0));
            }
            a.vbroadcasti128(more, a.constant(bytes));
        }
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        halves(row, 0, block, scale[0]);
        if (minimum) {
            halves(row, 2, block, subtract[0]);
            a.vpxord(subtract[0], subtract[0], code.ints(8, lane -> 0x80000000));
        } else {
            symmetric(scale, subtract);
        }
    }

    /** The numbers that the low halves of bytes stand for. */
    private void numbers(Vec to, Vec bytes) {
        a.vpandd(to, bytes, mask);
        if (kind == Kind.TABLE) {
            a.vpshufb(to, more, to);
        }
    }

    /** The low and the high halves of bytes: both belong to the same blocks, 16 bytes of each of which {@code bytes} has. */
    final void both(Vec[] to, Vec bytes) {
        numbers(to[0], bytes);
        a.vpsrld(bytes, bytes, 4);
        numbers(to[1], bytes);
    }

    @Override
    public final int groupOf(int part, int lane) {
        return pairs ? (part * code.isa.lanes() + lane) / 4 : super.groupOf(part, lane);
    }

    /** The weights of two blocks: the first halves of both, and the second halves. */
    @Override
    public void part(Gpr row, int part, Vec[] to) {
        if (!pairs) {
            super.part(row, part, to);
            return;
        }
        bytes(row, part, to[1]);
        both(to, to[1]);
        if (kind == Kind.FIFTH_BIT) {
            for (int half = 0; half < 2; half++) {
                a.vmovups(more.as(16), Mem.at(row, 2 * part * block));
                a.vinserti128(more, more, Mem.at(row, (2 * part + 1) * block));
                int first = 2 * half;
                addFifthBits(lane -> first + lane % 4 / 2, to[half]);
            }
        }
    }

    /** The 16 bytes of each of two blocks. */
    void bytes(Gpr row, int part, Vec to) {
        a.vmovups(to.as(16), quants(row, 2 * part));
        a.vinserti128(to, to, quants(row, 2 * part + 1));
    }

    /** Where the 16 bytes of the weights' block {@code i} are. */
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
        numbers(to, to);
        if (kind == Kind.FIFTH_BIT) {
            if (code.isa.avx512()) {
                pair(more, Mem.at(row, 2 * chunk * block), Mem.at(row, (2 * chunk + 1) * block));
            } else {
                a.vbroadcasti128(more, Mem.at(row, chunk * block));
            }
            addFifthBits(lane -> lane % 8 / 2, to);
        }
    }

    private void pair(Vec to, Mem low, Mem high) {
        a.vbroadcasti128(to, low);
        a.vbroadcasti128(to, HighHalf.MASK, high);
    }

    /** Bit i of four bytes before the quants goes to byte i, as 16; {@code source} says which of the bytes a lane takes. */
    private void addFifthBits(IntUnaryOperator source, Vec to) {
        int at = minimum ? 4 : 2;
        a.vpshufb(more, more, code.ints(code.isa.lanes(), lane -> 0x01010101 * (at + source.applyAsInt(lane))));
        a.vpandd(more, more, code.ints(code.isa.lanes(), lane -> lane % 2 == 0 ? 0x08040201 : 0x80402010));
        a.vpminub(more, more, code.everyByte(1));
        a.vpslld(more, more, 4);
        a.vpord(to, to, more);
    }
}
