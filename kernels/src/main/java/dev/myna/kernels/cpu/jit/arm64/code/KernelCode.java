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
 * The common base of kernel writers: an assembler, the allocation of vector registers, and constants.
 *
 * <p>A kernel is called by AAPCS64: x0 has the address of its arguments, and it may change x0 to x17, v0 to v7 and v16 to v31.
 * It must preserve the lower halves of v8 to v15, so these are allocated last, and saved if they are used.
 */
public final class KernelCode {
    private static final int FIRST_SAVED = 8;
    private static final int SAVED = 8;
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
        boolean saves = taken > REGISTERS - SAVED;
        if (saves) {
            for (int i = 2; i < SAVED; i += 2) {
                a.ldp(saved(i).d(), saved(i + 1).d(), Mem.at(X.SP, 8 * i));
            }
            a.ldp(saved(0).d(), saved(1).d(), Mem.post(X.SP, 8 * SAVED));
        }
        a.ret();
        byte[] body = a.finish();
        return saves ? concatenate(saving(), body) : body;
    }

    private static V saved(int i) {
        return new V(FIRST_SAVED + i);
    }

    /** The prologue of a kernel that uses saved registers. Its length is a multiple of 16, so that constants stay aligned. */
    private static byte[] saving() {
        Assembler a = new Assembler();
        a.stp(saved(0).d(), saved(1).d(), Mem.pre(X.SP, -8 * SAVED));
        for (int i = 2; i < SAVED; i += 2) {
            a.stp(saved(i).d(), saved(i + 1).d(), Mem.at(X.SP, 8 * i));
        }
        return a.finish();
    }

    private static byte[] concatenate(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** How many vector registers are free. */
    public int free() {
        return REGISTERS - taken;
    }

    /** The next free vector register. */
    public V take() {
        if (free() == 0) {
            throw new IllegalStateException("no vector register is left");
        }
        int number = taken++;
        int others = REGISTERS - SAVED;
        return new V(number < FIRST_SAVED ? number : number < others ? number + SAVED : number - others + FIRST_SAVED);
    }

    public V[] take(int count) {
        V[] all = new V[count];
        for (int i = 0; i < count; i++) {
            all[i] = take();
        }
        return all;
    }

    /** {@code count} registers for each of {@code rows}. */
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

    /** Converts fixed-point numbers with {@code fraction} bits after the binary point to f32. */
    public void toFloats(V v, int fraction) {
        if (fraction == 0) {
            a.scvtf(v.s4(), v.s4());
        } else {
            a.scvtf(v.s4(), v.s4(), fraction);
        }
    }

    /** Adds four floats into the lowest one; the others change. */
    public void sum(V v) {
        a.faddp(v.s4(), v.s4(), v.s4());
        a.faddp(v.s(), v.s2());
    }

    /** Transposes four times four 32-bit elements: row i becomes column i. */
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

    /** A constant of sixteen equal bytes. */
    public Constant constant(int value) {
        return constant(i -> value);
    }

    /** A constant of sixteen bytes. */
    public Constant constant(IntUnaryOperator value) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) value.applyAsInt(i);
        }
        Constant added = new Constant(a, bytes);
        constants.add(added);
        return added;
    }

    /** A float for each of four lanes. */
    public interface Floats {
        float of(int lane);
    }

    public Constant floats(Floats value) {
        return constant(i -> Float.floatToRawIntBits(value.of(i / 4)) >> i % 4 * 8);
    }

    /**
     * Loads constants into the registers that are free, in the order in which they were made. Called after all registers are
     * taken.
     */
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
