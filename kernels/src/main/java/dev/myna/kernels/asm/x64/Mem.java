// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

import dev.myna.kernels.asm.Label;
import java.util.Objects;

/**
 * A memory operand: {@code base + index * scale + disp}, or a constant of the code, addressed relative to the instruction pointer.
 *
 * @param base null for a constant
 * @param index null for none
 * @param scale 1, 2, 4 or 8
 * @param label of a constant, else null
 */
public record Mem(Gpr base, Gpr index, int scale, int disp, Label label) implements Operand {
    public Mem {
        if (index == Gpr.RSP) {
            throw new IllegalArgumentException("rsp cannot be an index");
        }
        if (label == null) {
            Objects.requireNonNull(base);
        }
    }

    public static Mem at(Gpr base, int disp) {
        return new Mem(base, null, 1, disp, null);
    }

    public static Mem at(Gpr base, Gpr index, int scale, int disp) {
        return new Mem(base, index, scale, disp, null);
    }

    public static Mem constant(Label label) {
        return new Mem(null, null, 1, 0, label);
    }

    public Mem plus(int bytes) {
        return new Mem(base, index, scale, disp + bytes, label);
    }
}
