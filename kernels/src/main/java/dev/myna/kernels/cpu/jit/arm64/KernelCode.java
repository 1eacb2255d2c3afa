// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.Scalar;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * What the writers of kernels share: one assembler, vector registers handed out in order, constants in what remains of them, and the
 * calling convention. A kernel's one argument, the address of its arguments, stays in x0; x1 to x17 are its own.
 */
final class KernelCode {
    private static final int REGISTERS = 32;
    /** The callee keeps the lower halves of v8 to v15. */
    private static final int FIRST_KEPT = 8;

    private static final int KEPT = 8;

    final Assembler a = new Assembler();
    final Isa isa;
    private int taken;
    private final List<Constant> constants = new ArrayList<>();

    KernelCode(Isa isa) {
        this.isa = isa;
        a.sub(X.SP, X.SP, 8 * KEPT);
        for (int i = 0; i < KEPT; i += 2) {
            a.stp(kept(i), kept(i + 1), Mem.at(X.SP, 8 * i));
        }
    }

    private static Scalar kept(int i) {
        return new V(FIRST_KEPT + i).d();
    }

    /** The argument at a byte offset. */
    static Mem argument(int at) {
        return Mem.at(X.X0, at);
    }

    byte[] finish() {
        for (int i = 0; i < KEPT; i += 2) {
            a.ldp(kept(i), kept(i + 1), Mem.at(X.SP, 8 * i));
        }
        a.add(X.SP, X.SP, 8 * KEPT);
        a.ret();
        return a.finish();
    }

    /** How many vector registers are left. */
    int free() {
        return REGISTERS - taken;
    }

    /** The next free vector register. */
    V take() {
        if (free() == 0) {
            throw new IllegalStateException("no vector register is left");
        }
        return new V(taken++);
    }

    V[] take(int count) {
        V[] all = new V[count];
        for (int i = 0; i < count; i++) {
            all[i] = take();
        }
        return all;
    }

    /** For each of {@code rows} as many registers. */
    V[][] takeRows(int rows, int count) {
        V[][] all = new V[rows][];
        for (int i = 0; i < rows; i++) {
            all[i] = take(count);
        }
        return all;
    }

    void zero(V... all) {
        for (V v : all) {
            a.movi(v.b16(), 0);
        }
    }

    /** Integers with {@code fraction} bits behind the point become floats. */
    void toFloats(V v, int fraction) {
        if (fraction == 0) {
            a.scvtf(v.s4(), v.s4());
        } else {
            a.scvtf(v.s4(), v.s4(), fraction);
        }
    }

    /** Sixteen equal bytes. */
    Constant constant(int value) {
        return constant(i -> value);
    }

    /** Sixteen bytes. */
    Constant constant(IntUnaryOperator value) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) value.applyAsInt(i);
        }
        Constant added = new Constant(a, bytes);
        constants.add(added);
        return added;
    }

    /** A number for each of four lanes. */
    interface Floats {
        float of(int lane);
    }

    /** Four floats. */
    Constant floats(Floats value) {
        return constant(i -> Float.floatToRawIntBits(value.of(i / 4)) >> i % 4 * 8);
    }

    /**
     * Loads the constants that were asked for to the registers that are left, those first that were asked for first. Called once,
     * when all other registers are taken.
     */
    void keepConstants() {
        boolean all = constants.size() <= free();
        V spare = all ? null : take();
        for (Constant each : constants) {
            if (free() > 0) {
                each.keepIn(take());
            } else {
                each.loadTo(spare);
            }
        }
    }
}
