// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/**
 * The encoding of a vector instruction (Intel SDM volume 2, section 2.3 "VEX" and 2.7 "EVEX").
 *
 * @param map opcode map: 1 = 0F, 2 = 0F38, 3 = 0F3A
 * @param prefix implied prefix: 0 none, 1 = 66, 2 = F3, 3 = F2
 * @param wide the W bit
 * @param opcode last opcode byte
 * @param tuple the unit of an eight-bit displacement in the EVEX form
 * @param evexOnly whether there is no VEX form
 * @param evexWide whether W is set in the EVEX form alone
 */
record Encoding(int map, int prefix, boolean wide, int opcode, Tuple tuple, boolean evexOnly, boolean evexWide) {

    /** The memory that an instruction accesses, as a function of its vector length. */
    enum Tuple {
        FULL,
        HALF,
        QUARTER,
        SCALAR16,
        SCALAR32,
        BYTES16,
        BYTES32;

        int bytes(int vector) {
            return switch (this) {
                case FULL -> vector;
                case HALF -> vector / 2;
                case QUARTER -> vector / 4;
                case SCALAR16 -> 2;
                case SCALAR32 -> 4;
                case BYTES16 -> 16;
                case BYTES32 -> 32;
            };
        }
    }

    static Encoding of(int map, int prefix, int opcode) {
        return new Encoding(map, prefix, false, opcode, Tuple.FULL, false, false);
    }

    Encoding w1() {
        return new Encoding(map, prefix, true, opcode, tuple, evexOnly, evexWide);
    }

    Encoding touching(Tuple other) {
        return new Encoding(map, prefix, wide, opcode, other, evexOnly, evexWide);
    }

    Encoding evex() {
        return new Encoding(map, prefix, wide, opcode, tuple, true, evexWide);
    }

    Encoding evexW1() {
        return new Encoding(map, prefix, wide, opcode, tuple, evexOnly, true);
    }
}
