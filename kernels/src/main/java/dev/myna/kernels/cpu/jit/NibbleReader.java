// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;

/**
 * Q4_0, Q4_1, Q5_0, Q5_1 and IQ4_NL: f16 d, with Q4_1 and Q5_1 f16 m, with Q5_0 and Q5_1 four bytes of fifth bits, and 16 bytes,
 * whose low halves are the first 16 weights. IQ4_NL's numbers go through a table.
 *
 * <p>Where blocks have 18 bytes and vectors 64, the bytes of four blocks are gathered to one vector, whose low halves are a
 * vector of u and whose high halves another. Their products belong to the same scales and are added up first, which
 * saves half of the scaling.
 */
class NibbleReader extends WeightReader {
    private enum Kind {
        PLAIN(8),
        FIFTH_BIT(16),
        TABLE(128);

        /** The number that means zero. */
        private final int zero;

        Kind(int zero) {
            this.zero = zero;
        }

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
    private final Vec shifts;
    /** The table, or fifth bits. */
    private final Vec more;
    /** Where 16-bit elements of two neighbouring vectors of a row are the bytes of four blocks, and the scales. */
    private final Vec[] blocks;

    private final Vec deltas;
    /** The first 64 bytes of a step, and those from the 64th on. */
    private final Vec first;

    private final Vec middle;

    NibbleReader(KernelCode code, TensorType type) {
        super(code, type);
        kind = Kind.of(type);
        block = bytes() / 8;
        minimum = type == TensorType.Q4_1 || type == TensorType.Q5_1;
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        shifts = code.take();
        a.vmovups(shifts, code.ints(code.isa.lanes(), lane -> lane / 4 % 2 * 4));
        more = kind == Kind.PLAIN ? null : code.take();
        if (kind == Kind.TABLE) {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 16; i++) {
                bytes[i] = (byte) TABLE[i];
            }
            a.vbroadcasti128(more, a.constant(bytes));
        }
        if (paired(type, code.isa)) {
            // From the row's start and from 64 bytes on; from 64 and from 80 bytes on.
            blocks = new Vec[] {
                code.keep(code.shorts(i -> i / 8 * 9 + 1 + i % 8)),
                code.keep(code.shorts(i -> second(36 + i / 8 * 9 + 1 + i % 8)))
            };
            deltas = code.keep(code.shorts(i -> i < 8 ? 9 * i : 0));
            first = code.take();
            middle = code.take();
        } else {
            blocks = null;
            deltas = null;
            first = null;
            middle = null;
        }
    }

    /** The place of a row's 16-bit element in the table of 32 from the 32nd on and 32 from the 40th on. */
    private static int second(int element) {
        return element < 64 ? element - 32 : element - 40 + 32;
    }

    /** Whether four blocks are read together. */
    static boolean paired(TensorType type, Isa isa) {
        return isa.avx512() && (type == TensorType.Q4_0 || type == TensorType.IQ4_NL);
    }

    @Override
    void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        if (blocks != null) {
            a.vmovups(first, Mem.at(row, 0));
            a.vmovups(middle, Mem.at(row, 64));
            Vec found = scale[0].as(code.isa.bytes());
            a.vmovups(found, first);
            a.vpermt2w(found, deltas, middle);
            a.vcvtph2ps(scale[0], scale[0].as(16));
        } else {
            halves(row, 0, block, scale[0]);
        }
        if (minimum) {
            halves(row, 2, block, subtract[0]);
            a.vpxord(subtract[0], subtract[0], code.ints(8, lane -> 0x80000000));
        } else {
            symmetric(scale, subtract, kind.zero);
        }
    }

    /** Where the 16 bytes of the weights' block {@code i} are. */
    Mem quants(Gpr row, int i) {
        return Mem.at(row, i * block + block - 16);
    }

    @Override
    final void chunk(Gpr row, int chunk, Vec to) {
        if (code.isa.avx512()) {
            pair(to, quants(row, 2 * chunk), quants(row, 2 * chunk + 1));
        } else {
            a.vbroadcasti128(to, quants(row, chunk));
        }
        a.vpsrlvd(to, to, shifts);
        a.vpandd(to, to, mask);
        switch (kind) {
            case PLAIN -> {}
            case FIFTH_BIT -> addFifthBits(row, chunk, to);
            case TABLE -> a.vpshufb(to, more, to);
        }
    }

    @Override
    int parts() {
        return blocks == null ? super.parts() : 2;
    }

    @Override
    int partVectors() {
        return blocks == null ? super.partVectors() : 2;
    }

    @Override
    int groupOf(int part, int lane) {
        return blocks == null ? super.groupOf(part, lane) : 4 * part + lane / 4;
    }

    @Override
    void part(Gpr row, int part, Vec[] to) {
        if (blocks == null) {
            super.part(row, part, to);
            return;
        }
        Vec bytes = part == 0 ? first : middle;
        a.vpermt2w(bytes, blocks[part], part == 0 ? middle : Mem.at(row, 80));
        a.vpandd(to[0], bytes, mask);
        a.vpsrld(bytes, bytes, 4);
        a.vpandd(to[1], bytes, mask);
        for (Vec half : to) {
            if (kind == Kind.TABLE) {
                a.vpshufb(half, more, half);
            }
        }
    }

    private void pair(Vec to, Mem low, Mem high) {
        a.vbroadcasti128(to, low);
        a.vbroadcasti128(to, HighHalf.MASK, high);
    }

    /** Bit i of four bytes before the quants goes to byte i, as 16. */
    private void addFifthBits(Gpr row, int chunk, Vec to) {
        int at = minimum ? 4 : 2;
        if (code.isa.avx512()) {
            pair(more, Mem.at(row, 2 * chunk * block), Mem.at(row, (2 * chunk + 1) * block));
        } else {
            a.vbroadcasti128(more, Mem.at(row, chunk * block));
        }
        a.vpshufb(more, more, code.ints(code.isa.lanes(), lane -> 0x01010101 * (at + lane % 8 / 2)));
        a.vpandd(more, more, code.ints(code.isa.lanes(), lane -> lane % 2 == 0 ? 0x08040201 : 0x80402010));
        a.vpminub(more, more, code.everyByte(1));
        a.vpslld(more, more, 4);
        a.vpord(to, to, more);
    }
}
