// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * What the writers of kernels share: one assembler, one instruction set, vector registers handed out in order, constants.
 *
 * <p>A kernel is called as AAPCS64 says: x0 has the address of its arguments, and x0 to x17 are its own. So are v0 to v7 and v16 to
 * v31; of v8 to v15 the lower halves belong to the caller. They are handed out last, and saved if they are used.
 */
public final class KernelCode {
    private static final int FIRST_KEPT = 8;
    private static final int KEPT = 8;
    private static final int REGISTERS = 32;

    public final Assembler a = new Assembler();
    final Isa isa;
    private final List<Constant> constants = new ArrayList<>();
    private int taken;

    public KernelCode(Isa isa) {
        this.isa = isa;
    }

    /** The argument at a byte offset. */
    public static Mem argument(int at) {
        return Mem.at(X.X0, at);
    }

    /** The finished code. */
    public byte[] finish() {
        boolean saves = taken > REGISTERS - KEPT;
        if (saves) {
            for (int i = 2; i < KEPT; i += 2) {
                a.ldp(kept(i).d(), kept(i + 1).d(), Mem.at(X.SP, 8 * i));
            }
            a.ldp(kept(0).d(), kept(1).d(), Mem.post(X.SP, 8 * KEPT));
        }
        a.ret();
        byte[] body = a.finish();
        return saves ? join(saving(), body) : body;
    }

    private static V kept(int i) {
        return new V(FIRST_KEPT + i);
    }

    /** What begins a kernel that needs all registers. Its length is a multiple of 16, as constants want it. */
    private static byte[] saving() {
        Assembler a = new Assembler();
        a.stp(kept(0).d(), kept(1).d(), Mem.pre(X.SP, -8 * KEPT));
        for (int i = 2; i < KEPT; i += 2) {
            a.stp(kept(i).d(), kept(i + 1).d(), Mem.at(X.SP, 8 * i));
        }
        return a.finish();
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** How many vector registers are left. */
    public int free() {
        return REGISTERS - taken;
    }

    /** The next free vector register. */
    public V take() {
        if (free() == 0) {
            throw new IllegalStateException("no vector register is left");
        }
        int number = taken++;
        int others = REGISTERS - KEPT;
        return new V(number < FIRST_KEPT ? number : number < others ? number + KEPT : number - others + FIRST_KEPT);
    }

    public V[] take(int count) {
        V[] all = new V[count];
        for (int i = 0; i < count; i++) {
            all[i] = take();
        }
        return all;
    }

    /** For each of {@code rows} as many registers. */
    public V[][] takeRows(int rows, int count) {
        V[][] all = new V[rows][];
        for (int i = 0; i < rows; i++) {
            all[i] = take(count);
        }
        return all;
    }

    public void zero(V... all) {
        for (V v : all) {
            a.movi(v.b16(), 0);
        }
    }

    /** Integers with {@code fraction} bits behind the point become floats. */
    public void toFloats(V v, int fraction) {
        if (fraction == 0) {
            a.scvtf(v.s4(), v.s4());
        } else {
            a.scvtf(v.s4(), v.s4(), fraction);
        }
    }

    /** The sum of four floats to the lowest one; the others are changed. */
    public void sum(V v) {
        a.faddp(v.s4(), v.s4(), v.s4());
        a.faddp(v.s(), v.s2());
    }

    /** Turns a square of four times four 32-bit elements: row i becomes column i. */
    public void transpose(V[] rows, V[] spare) {
        a.trn1(spare[0].s4(), rows[0].s4(), rows[1].s4());
        a.trn2(spare[1].s4(), rows[0].s4(), rows[1].s4());
        a.trn1(spare[2].s4(), rows[2].s4(), rows[3].s4());
        a.trn2(spare[3].s4(), rows[2].s4(), rows[3].s4());
        a.trn1(rows[0].d2(), spare[0].d2(), spare[2].d2());
        a.trn1(rows[1].d2(), spare[1].d2(), spare[3].d2());
        a.trn2(rows[2].d2(), spare[0].d2(), spare[2].d2());
        a.trn2(rows[3].d2(), spare[1].d2(), spare[3].d2());
    }

    /** Sixteen equal bytes. */
    public Constant constant(int value) {
        return constant(i -> value);
    }

    /** Sixteen bytes. */
    public Constant constant(IntUnaryOperator value) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) value.applyAsInt(i);
        }
        Constant added = new Constant(a, bytes);
        constants.add(added);
        return added;
    }

    /** A number for each of four lanes. */
    public interface Floats {
        float of(int lane);
    }

    public Constant floats(Floats value) {
        return constant(i -> Float.floatToRawIntBits(value.of(i / 4)) >> i % 4 * 8);
    }

    /** Keeps as many constants as registers are left, those first that were asked for first. */
    public void keepConstants() {
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
