// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.code;

import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The common base of kernel writers: an assembler, the allocation of vector registers, constants, and operations that differ
 * between instruction sets. The constructor writes the prologue, {@link #finish} the epilogue.
 */
public final class KernelCode {
    /** Offset of sixteen bytes among the arguments that readers of weights may write to. */
    public static final int WORK = 112;

    public final Assembler a = new Assembler();
    public final Isa isa;
    private final Convention convention;
    private int taken;

    public KernelCode(Isa isa, Convention convention) {
        this.isa = isa;
        this.convention = convention;
        convention.enter(a);
    }

    public byte[] finish() {
        convention.leave(a);
        return a.finish();
    }

    /** How many vector registers are free. */
    public int free() {
        return (isa.avx512() ? 32 : 16) - taken;
    }

    /** The next free vector register. */
    public Vec take() {
        if (free() == 0) {
            throw new IllegalStateException("no vector register is left");
        }
        return new Vec(taken++, isa.bytes());
    }

    /** Loads a constant into a register of its own. */
    public Vec keep(Mem constant) {
        Vec v = take();
        a.vmovups(v, constant);
        return v;
    }

    public Vec[] take(int count) {
        Vec[] all = new Vec[count];
        for (int i = 0; i < count; i++) {
            all[i] = take();
        }
        return all;
    }

    /** {@code count} registers for each of {@code rows}. */
    public Vec[][] takeRows(int rows, int count) {
        Vec[][] all = new Vec[rows][];
        for (int i = 0; i < rows; i++) {
            all[i] = take(count);
        }
        return all;
    }

    /** Registers with a width of {@code bytes}. */
    public Vec[] take(int count, int bytes) {
        Vec[] all = take(count);
        for (int i = 0; i < count; i++) {
            all[i] = all[i].as(bytes);
        }
        return all;
    }

    /** The argument at a byte offset. */
    public static Mem argument(int offset) {
        return Mem.at(Convention.ARGUMENTS, offset);
    }

    /** A constant: a vector of equal bytes. */
    public Mem everyByte(int value) {
        byte[] all = new byte[isa.bytes()];
        Arrays.fill(all, (byte) value);
        return a.constant(all);
    }

    /** A constant: a vector of equal 32-bit elements. */
    public Mem everyInt(int value) {
        return ints(isa.lanes(), lane -> value);
    }

    /** A constant: a vector of equal f32. */
    public Mem everyFloat(float value) {
        return everyInt(Float.floatToRawIntBits(value));
    }

    /** A constant: a vector of 16-bit elements. */
    public Mem shorts(IntUnaryOperator value) {
        return ints(isa.lanes(), lane -> value.applyAsInt(2 * lane) & 0xffff | value.applyAsInt(2 * lane + 1) << 16);
    }

    /** A constant: 32-bit elements. */
    public Mem ints(int lanes, IntUnaryOperator value) {
        byte[] all = new byte[4 * lanes];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (value.applyAsInt(i / 4) >> i % 4 * 8);
        }
        return a.constant(all);
    }

    public void zero(Vec v) {
        Vec x = v.index() < 16 ? v.as(16) : v;
        a.vpxord(x, x, x);
    }

    public void zero(Vec... all) {
        for (Vec v : all) {
            zero(v);
        }
    }

    /** {@code to |= bits & mask}; {@code bits} may change. */
    public void orMasked(Vec to, Vec bits, Vec mask) {
        if (isa.avx512()) {
            a.vpternlogd(to, bits, mask, 0xf8);
        } else {
            a.vpandd(bits, bits, mask);
            a.vpord(to, to, bits);
        }
    }

    public void zero(Vec[]... all) {
        for (Vec[] v : all) {
            zero(v);
        }
    }

    /** An instruction of three registers. */
    public interface Operation {
        void write(Vec to, Vec a, Vec b);
    }

    /** Adds all elements into the lowest one; the other elements and {@code temporary} change. */
    public void sum(Vec v, Vec temporary) {
        fold(v, temporary, a::vaddps);
    }

    /** Adds all elements of all registers into the lowest one of the first; all of them change. */
    public void sum(Vec[] all, Vec temporary) {
        for (int i = 1; i < all.length; i++) {
            a.vaddps(all[0], all[0], all[i]);
        }
        sum(all[0], temporary);
    }

    /** Combines all elements into the lowest one; the other elements and {@code temporary} change. */
    public void fold(Vec v, Vec temporary, Operation operation) {
        if (v.bytes() == 64) {
            a.vextract256(temporary.as(32), v, 1);
            operation.write(v.as(32), v.as(32), temporary.as(32));
        }
        Vec x = v.as(16);
        Vec t = temporary.as(16);
        a.vextract128(t, v.as(32), 1);
        operation.write(x, x, t);
        a.vunpckhpd(t, x, x);
        operation.write(x, x, t);
        a.vshufps(t, x, x, 1);
        operation.write(x, x, t);
    }

    /**
     * Transposes a square of 32-bit elements: row i of {@code rows} becomes column i. Rows are whole vectors; the result
     * replaces them.
     *
     * @param spare as many registers as there are rows
     */
    public void transpose(Vec[] rows, Vec[] spare) {
        if (isa.avx512()) {
            transpose16(rows, spare);
        } else {
            transpose8(rows, spare);
        }
    }

    private void transpose16(Vec[] r, Vec[] t) {
        quads(r, t);
        // Quarter q of t[4 i + j] is column 4 q + j of rows 4 i to 4 i + 3. Gather the quarters of all four i.
        for (int j = 0; j < 4; j++) {
            a.vshufi32x4(r[j], t[j], t[4 + j], 0x88);
            a.vshufi32x4(r[4 + j], t[8 + j], t[12 + j], 0x88);
            a.vshufi32x4(r[8 + j], t[j], t[4 + j], 0xdd);
            a.vshufi32x4(r[12 + j], t[8 + j], t[12 + j], 0xdd);
        }
        for (int j = 0; j < 4; j++) {
            a.vshufi32x4(t[j], r[j], r[4 + j], 0x88);
            a.vshufi32x4(t[8 + j], r[j], r[4 + j], 0xdd);
            a.vshufi32x4(t[4 + j], r[8 + j], r[12 + j], 0x88);
            a.vshufi32x4(t[12 + j], r[8 + j], r[12 + j], 0xdd);
        }
        swap(r, t);
    }

    private void transpose8(Vec[] r, Vec[] t) {
        quads(r, t);
        for (int j = 0; j < 4; j++) {
            a.vperm2i128(r[j], t[j], t[4 + j], 0x20);
            a.vperm2i128(r[4 + j], t[j], t[4 + j], 0x31);
        }
    }

    /** Transposes four rows within each 16 bytes: t[4 i + j] has column j of rows 4 i to 4 i + 3. */
    private void quads(Vec[] r, Vec[] t) {
        for (int i = 0; i < r.length; i += 4) {
            a.vunpcklps(t[i], r[i], r[i + 1]);
            a.vunpckhps(t[i + 1], r[i], r[i + 1]);
            a.vunpcklps(t[i + 2], r[i + 2], r[i + 3]);
            a.vunpckhps(t[i + 3], r[i + 2], r[i + 3]);
            a.vunpcklpd(r[i], t[i], t[i + 2]);
            a.vunpckhpd(r[i + 1], t[i], t[i + 2]);
            a.vunpcklpd(r[i + 2], t[i + 1], t[i + 3]);
            a.vunpckhpd(r[i + 3], t[i + 1], t[i + 3]);
        }
        swap(r, t);
    }

    /** Exchanges the registers in the arrays; writes no code. */
    private static void swap(Vec[] r, Vec[] t) {
        for (int i = 0; i < r.length; i++) {
            Vec v = r[i];
            r[i] = t[i];
            t[i] = v;
        }
    }
}
