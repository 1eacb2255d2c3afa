// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

import dev.myna.kernels.asm.Label;

/** The A64 base instructions: integer arithmetic, memory access, branches and cache maintenance. */
public abstract class BaseInstructions extends Words {
    // ---- moves

    public final void mov(X to, X from) {
        if (to.stack() || from.stack()) {
            word(0x91000000 | from.address() << 5 | to.address());
        } else {
            word(0xaa0003e0 | from.index() << 16 | to.index());
        }
    }

    /** Any value, in as few of movz, movn and movk as its 16-bit parts need. */
    public final void mov(X to, long value) {
        boolean inverted = zeroParts(~value) > zeroParts(value);
        boolean first = true;
        for (int shift = 0; shift < 64; shift += 16) {
            int part = (int) (value >>> shift) & 0xffff;
            if (part != (inverted ? 0xffff : 0)) {
                if (!first) {
                    movk(to, part, shift);
                } else if (inverted) {
                    movn(to, ~part & 0xffff, shift);
                } else {
                    movz(to, part, shift);
                }
                first = false;
            }
        }
        if (first && inverted) {
            movn(to, 0, 0);
        } else if (first) {
            movz(to, 0, 0);
        }
    }

    /** How many of a value's four 16-bit parts are zero. */
    private static int zeroParts(long value) {
        int zeros = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            zeros += (value >>> shift & 0xffff) == 0 ? 1 : 0;
        }
        return zeros;
    }

    public final void movz(X to, int value, int shift) {
        wide(0xd2800000, to, value, shift);
    }

    public final void movn(X to, int value, int shift) {
        wide(0x92800000, to, value, shift);
    }

    public final void movk(X to, int value, int shift) {
        wide(0xf2800000, to, value, shift);
    }

    private void wide(int code, X to, int value, int shift) {
        check(shift % 16 == 0 && shift >= 0 && shift < 64, "shift " + shift);
        word(code | shift / 16 << 21 | unsigned(value, 16, "immediate") << 5 | to.data());
    }

    // ---- arithmetic

    public final void add(X to, X from, int value) {
        immediate(0x91000000, to.address(), from.address(), value);
    }

    public final void sub(X to, X from, int value) {
        immediate(0xd1000000, to.address(), from.address(), value);
    }

    public final void subs(X to, X from, int value) {
        immediate(0xf1000000, to.data(), from.address(), value);
    }

    public final void cmp(X x, int value) {
        immediate(0xf100001f, 0, x.address(), value);
    }

    /** An unsigned immediate of 12 bits, optionally shifted left by 12. */
    private void immediate(int code, int to, int from, int value) {
        boolean shifted = value > 0xfff && (value & 0xfff) == 0;
        int field = unsigned(shifted ? value >>> 12 : value, 12, "immediate");
        word(code | (shifted ? 1 << 22 : 0) | field << 10 | from << 5 | to);
    }

    public final void add(X to, X a, X b) {
        add(to, a, b, 0);
    }

    /** {@code to = a + (b << shift)}. */
    public final void add(X to, X a, X b, int shift) {
        threeOrExtended(0x8b000000, to, a, b, shift);
    }

    public final void sub(X to, X a, X b) {
        sub(to, a, b, 0);
    }

    /** {@code to = a - (b << shift)}. */
    public final void sub(X to, X a, X b, int shift) {
        threeOrExtended(0xcb000000, to, a, b, shift);
    }

    public final void subs(X to, X a, X b) {
        three(0xeb000000, to, a, b, 0);
    }

    public final void cmp(X a, X b) {
        subs(X.ZR, a, b);
    }

    private void threeOrExtended(int code, X to, X a, X b, int shift) {
        if (to.stack() || a.stack()) {
            check(shift >= 0 && shift <= 4, "shift " + shift);
            word(code | 0x00206000 | b.data() << 16 | shift << 10 | a.address() << 5 | to.address());
        } else {
            three(code, to, a, b, shift);
        }
    }

    private void three(int code, X to, X a, X b, int shift) {
        word(code | b.data() << 16 | unsigned(shift, 6, "shift") << 10 | a.data() << 5 | to.data());
    }

    // ---- bits

    public final void and(X to, X from, long mask) {
        logical(0x92000000, to.address(), from.data(), Immediate.logical(mask, 64));
    }

    public final void eor(X to, X from, long mask) {
        logical(0xd2000000, to.address(), from.data(), Immediate.logical(mask, 64));
    }

    private void logical(int code, int to, int from, int fields) {
        word(code | fields | from << 5 | to);
    }

    public final void bic(X to, X a, X b) {
        three(0x8a200000, to, a, b, 0);
    }

    public final void lsr(X to, X from, int bits) {
        field(0xd3400000, to, from, unsigned(bits, 6, "shift"), 63);
    }

    public final void lsl(X to, X from, X bits) {
        three(0x9ac02000, to, from, bits, 0);
    }

    /** {@code to =} the bits {@code low} to {@code low + width - 1} of {@code from}, zero-extended. */
    public final void ubfx(X to, X from, int low, int width) {
        check(low >= 0 && width > 0 && low + width <= 64, "bits " + low + ", " + width);
        field(0xd3400000, to, from, low, low + width - 1);
    }

    private void field(int code, X to, X from, int r, int s) {
        word(code | r << 16 | s << 10 | from.data() << 5 | to.data());
    }

    // ---- memory

    public final void ldr(X to, Mem from) {
        integer(Size.D, 1, to.data(), from);
    }

    public final void str(X from, Mem to) {
        integer(Size.D, 0, from.data(), to);
    }

    public final void ldrh(W to, Mem from) {
        integer(Size.H, 1, to.index(), from);
    }

    public final void strh(W from, Mem to) {
        integer(Size.H, 0, from.index(), to);
    }

    private void integer(Size size, int operation, int register, Mem address) {
        access(size.ordinal() << 30 | operation << 22, size, register, address);
    }

    /** A load or store of one register; the form of the instruction depends on {@code address}. */
    final void access(int code, Size size, int register, Mem address) {
        int form = switch (address) {
            case Mem.Offset m -> offset(m.offset(), size) | m.base().address() << 5;
            case Mem.Indexed m -> {
                check(m.shift() == 0 || m.shift() == size.ordinal(), "index scale " + m.shift());
                int shift = m.shift() == 0 ? 0 : 1 << 12;
                yield 0x00206800 | shift | m.index().data() << 16 | m.base().address() << 5;
            }
            case Mem.Post m -> 0x00000400 | step(m.step()) | m.base().address() << 5;
            case Mem.Pre m -> 0x00000c00 | step(m.step()) | m.base().address() << 5;
        };
        word(0x38000000 | code | form | register);
    }

    /** An offset in 12 bits, in units of the accessed size; or in 9 signed bits, in bytes. */
    private static int offset(int offset, Size size) {
        if (offset >= 0 && offset % size.bytes() == 0 && offset / size.bytes() < 4096) {
            return 0x01000000 | offset / size.bytes() << 10;
        }
        return signed(offset, 9, "offset") << 12;
    }

    private static int step(int step) {
        return signed(step, 9, "step") << 12;
    }

    public final void ldp(X first, X second, Mem from) {
        pair(0xa8400000, 8, first.data(), second.data(), from);
    }

    final void pair(int code, int bytes, int first, int second, Mem address) {
        int form = switch (address) {
            case Mem.Offset m ->
                0x01000000 | count(m.offset(), bytes) | m.base().address() << 5;
            case Mem.Post m -> 0x00800000 | count(m.step(), bytes) | m.base().address() << 5;
            case Mem.Pre m -> 0x01800000 | count(m.step(), bytes) | m.base().address() << 5;
            case Mem.Indexed _ -> throw new IllegalArgumentException("a pair has no index");
        };
        word(code | form | second << 10 | first);
    }

    private static int count(int offset, int bytes) {
        check(offset % bytes == 0, "offset " + offset + " is no multiple of " + bytes);
        return signed(offset / bytes, 7, "offset") << 15;
    }

    /** Prefetches memory; the offset is a multiple of 8 from 0 to 32760, or a register. */
    public final void prfm(Prefetch what, Mem address) {
        boolean near = address instanceof Mem.Offset m && m.offset() >= 0 && m.offset() % 8 == 0;
        check(near || address instanceof Mem.Indexed, "no address to prefetch: " + address);
        access(0xc0800000, Size.D, what.code(), address);
    }

    // ---- control

    public final void b(Label target) {
        branch(0x14000000, target);
    }

    public final void b(Condition condition, Label target) {
        near(0x54000000 | condition.ordinal(), target);
    }

    public final void cbz(X x, Label target) {
        near(0xb4000000 | x.data(), target);
    }

    public final void tbz(X x, int bit, Label target) {
        bit(0x36000000 | bitFields(x, bit), target);
    }

    private static int bitFields(X x, int bit) {
        unsigned(bit, 6, "bit");
        return bit >> 5 << 31 | (bit & 31) << 19 | x.data();
    }

    public final void ret() {
        word(0xd65f03c0);
    }

    public final void nop() {
        word(0xd503201f);
    }

    // ---- caches

    /** Cleans the data cache line of an address to the point of unification, from where instructions are fetched. */
    public final void dcCvau(X address) {
        word(0xd50b7b20 | address.data());
    }

    /** Invalidates the instruction cache line of an address. */
    public final void icIvau(X address) {
        word(0xd50b7520 | address.data());
    }

    /** Waits until earlier memory and cache operations are complete for all processors. */
    public final void dsbIsh() {
        word(0xd5033b9f);
    }

    /** Discards prefetched instructions: the next ones are fetched again. */
    public final void isb() {
        word(0xd5033fdf);
    }

    /** Reads the cache type register, which has the lengths of cache lines. */
    public final void mrsCtrEl0(X to) {
        word(0xd53b0020 | to.data());
    }
}
