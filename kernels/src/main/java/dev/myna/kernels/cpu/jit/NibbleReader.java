// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/**
 * Q4_0, Q4_1 and IQ4_NL: f16 d, with Q4_1 f16 m, and 16 bytes, whose low halves are the first 16 weights. IQ4_NL's numbers go
 * through a table.
 */
final class NibbleReader extends WeightReader {
    /** IQ4_NL's values plus 128. */
    private static final int[] TABLE = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};

    private final int block;
    private final boolean minimum;
    private final Vec mask;
    private final Vec shifts;
    private final Vec table;

    NibbleReader(KernelCode code, int block, boolean minimum, boolean lookup) {
        super(code);
        this.block = block;
        this.minimum = minimum;
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        shifts = code.take();
        a.vmovups(shifts, code.ints(code.isa.lanes(), lane -> lane / 4 % 2 * 4));
        table = lookup ? code.take() : null;
        if (lookup) {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 16; i++) {
                bytes[i] = (byte) TABLE[i];
            }
            a.vbroadcasti128(table, a.constant(bytes));
        }
    }

    @Override
    int bytes() {
        return 8 * block;
    }

    @Override
    boolean large() {
        return table != null;
    }

    @Override
    void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        halves(row, 0, block, scale[0]);
        if (minimum) {
            halves(row, 2, block, subtract[0]);
            a.vpxord(subtract[0], subtract[0], code.ints(8, lane -> 0x80000000));
        } else {
            symmetric(scale, subtract, table == null ? 8 : 128);
        }
    }

    @Override
    void chunk(Gpr row, int chunk, Vec to) {
        int header = block - 16;
        if (code.isa.avx512()) {
            Mem first = Mem.at(row, 2 * chunk * block + header);
            a.vbroadcasti128(to, first);
            a.vbroadcasti128(to, HighHalf.MASK, first.plus(block));
        } else {
            a.vbroadcasti128(to, Mem.at(row, chunk * block + header));
        }
        a.vpsrlvd(to, to, shifts);
        a.vpandd(to, to, mask);
        if (table != null) {
            a.vpshufb(to, table, to);
        }
    }
}
