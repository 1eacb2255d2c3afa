// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

import dev.myna.kernels.asm.CodeWriter;
import dev.myna.kernels.asm.Label;
import java.util.ArrayList;
import java.util.List;

/** Writes 32-bit instruction words, and the distances to labels in them. */
abstract class Words extends CodeWriter {

    /** The field of an instruction that holds the distance to a label. */
    private enum Reach {
        /** 26 bits, in words. */
        BRANCH(26, 2, 0),
        /** 19 bits, in words. */
        NEAR(19, 2, 5),
        /** 14 bits, in words. */
        BIT(14, 2, 5),
        /** 21 bits, in bytes; the low two lie apart from the others. */
        ADDRESS(21, 0, 5);

        private final int bits;
        private final int scale;
        private final int at;

        Reach(int bits, int scale, int at) {
            this.bits = bits;
            this.scale = scale;
            this.at = at;
        }

        int field(int distance) {
            int value = distance >> scale;
            if (value != value << 32 - bits >> 32 - bits) {
                throw new IllegalArgumentException("a label is too far away: " + distance + " bytes");
            }
            int low = value & (1 << bits) - 1;
            return this == ADDRESS ? (low & 3) << 29 | low >>> 2 << at : low << at;
        }
    }

    private record Fixup(int at, Label target, Reach reach) {}

    private final List<Fixup> fixups = new ArrayList<>();

    Words() {
        super(16, 0);
    }

    /** A constant after the code, aligned to its length up to 16 bytes; equal constants are stored once. */
    public final Label constant(byte... bytes) {
        return label(bytes);
    }

    @Override
    protected final void resolve() {
        for (Fixup fixup : fixups) {
            int field = fixup.reach.field(fixup.target.position() - fixup.at);
            put32(fixup.at, int32(fixup.at) | field);
        }
    }

    final void word(int instruction) {
        emit32(instruction);
    }

    /** A branch with 26 bits of distance. */
    final void branch(int instruction, Label target) {
        to(instruction, target, Reach.BRANCH);
    }

    /** A conditional branch, or a load of a constant. */
    final void near(int instruction, Label target) {
        to(instruction, target, Reach.NEAR);
    }

    final void bit(int instruction, Label target) {
        to(instruction, target, Reach.BIT);
    }

    private void to(int instruction, Label target, Reach reach) {
        fixups.add(new Fixup(size(), target, reach));
        word(instruction);
    }

    /** Checks what the architecture requires of operands. */
    static void check(boolean allowed, String what) {
        if (!allowed) {
            throw new IllegalArgumentException(what);
        }
    }

    /** An unsigned immediate of {@code bits}. */
    static int unsigned(int value, int bits, String what) {
        check(value >= 0 && value < 1 << bits, what + " out of range: " + value);
        return value;
    }

    /** A signed immediate of {@code bits}, as a field. */
    static int signed(int value, int bits, String what) {
        check(value >= -(1 << bits - 1) && value < 1 << bits - 1, what + " out of range: " + value);
        return value & (1 << bits) - 1;
    }
}
