// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

import dev.myna.kernels.asm.Label;

/**
 * Writes A64 machine code (Arm Architecture Reference Manual, chapters C3 to C7), as far as the kernels need it. Methods have
 * the manual's mnemonics and order of operands, destination first. Operands that cannot be encoded throw {@link
 * IllegalArgumentException}.
 */
public final class Assembler extends BaseInstructions {
    private static final int UNSIGNED = 1 << 29;
    private static final int BY_ELEMENT = 0x0f000000;

    // ---- memory

    public void ldr(Scalar to, Mem from) {
        scalar(1, to, from);
    }

    public void str(Scalar from, Mem to) {
        scalar(0, from, to);
    }

    private void scalar(int load, Scalar register, Mem address) {
        Size size = register.size();
        int code = size == Size.Q ? 2 : size.ordinal() << 8;
        access(code << 22 | load << 22 | 1 << 26, size, register.index(), address);
    }

    /** A constant of 4, 8 or 16 bytes. */
    public void ldr(Scalar to, Label constant) {
        check(to.size().bytes() >= 4, "no constant of size " + to.size());
        near(0x1c000000 | to.size().ordinal() - 2 << 30 | to.index(), constant);
    }

    public void ldp(Scalar first, Scalar second, Mem from) {
        pair(1, first, second, from);
    }

    public void stp(Scalar first, Scalar second, Mem to) {
        pair(0, first, second, to);
    }

    private void pair(int load, Scalar first, Scalar second, Mem address) {
        Size size = same(first, second);
        check(size.bytes() >= 4, "no pair of size " + size);
        pair(size.ordinal() - 2 << 30 | 0x2c000000 | load << 22, size.bytes(), first.index(), second.index(), address);
    }

    /** Loads one element and repeats it. */
    public void ld1r(Vec to, Mem from) {
        word(0x0d40c000
                | structurePlace(from, to.size().bytes())
                | q(to)
                | to.size().ordinal() << 10
                | to.index());
    }

    /** Loads one element; the other elements stay. */
    public void ld1(Element to, Mem from) {
        lane(1, to, from);
    }

    public void st1(Element from, Mem to) {
        lane(0, from, to);
    }

    private void lane(int load, Element element, Mem address) {
        int log = element.size().ordinal();
        int opcode = log == 3 ? 0x8400 : log << 14;
        // The lane is in Q, S and the upper bits of the size; D has an opcode of its own.
        int lane = element.lane() << log;
        int fields = (lane >> 3 & 1) << 30 | (lane & 7) << 10;
        word(0x0d000000
                | structurePlace(address, element.size().bytes())
                | load << 22
                | opcode
                | fields
                | element.index());
    }

    private static int structurePlace(Mem address, int bytes) {
        return switch (address) {
            case Mem.Offset m when m.offset() == 0 -> m.base().address() << 5;
            case Mem.Post m when m.step() == bytes -> 0x009f0000 | m.base().address() << 5;
            default -> throw new IllegalArgumentException("no address of structures: " + address);
        };
    }

    // ---- moves between elements

    public void mov(V to, V from) {
        orr(to.b16(), from.b16(), from.b16());
    }

    /** Repeats one element. */
    public void dup(Vec to, Element from) {
        check(to.size() == from.size(), "sizes differ");
        word(0x0e000400 | q(to) | from.imm5() << 16 | from.index() << 5 | to.index());
    }

    /** Copies one element to the lowest one; the others become zero. */
    public void dup(Scalar to, Element from) {
        check(to.size() == from.size(), "sizes differ");
        word(0x5e000400 | from.imm5() << 16 | from.index() << 5 | to.index());
    }

    /** An unsigned byte, in every element of at most 32 bits. */
    public void movi(Vec to, int value) {
        movi(to, value, 0);
    }

    /** A byte, shifted left by {@code shift}, in every element. */
    public void movi(Vec to, int value, int shift) {
        modified(shiftedMode(to, shift), 0, to, unsigned(value, 8, "immediate"));
    }

    private static int shiftedMode(Vec to, int shift) {
        int log = to.size().ordinal();
        check(log < 3 && shift >= 0 && shift % 8 == 0 && shift < 8 << log, "shift " + shift + " of " + to);
        return switch (to.size()) {
            case B -> 0xe;
            case H -> 8 | shift >> 2;
            default -> shift >> 2;
        };
    }

    private void modified(int mode, int operation, Vec to, int value) {
        word(0x0f000400 | operation | q(to) | value >> 5 << 16 | mode << 12 | (value & 31) << 5 | to.index());
    }

    // ---- permutations

    /** Looks bytes up in a table of 16; an index out of range gives zero. */
    public void tbl(Vec to, Vec table, Vec indices) {
        lookUp(0, 1, to, table, indices);
    }

    private void lookUp(int operation, int registers, Vec to, Vec table, Vec indices) {
        check(same(to, indices).size() == Size.B && table.arrangement() == Arrangement.B16, "bytes");
        word(0x0e000000
                | operation
                | q(to)
                | indices.index() << 16
                | registers - 1 << 13
                | table.index() << 5
                | to.index());
    }

    public void trn1(Vec to, Vec a, Vec b) {
        permute(2, to, a, b);
    }

    public void zip1(Vec to, Vec a, Vec b) {
        permute(3, to, a, b);
    }

    public void trn2(Vec to, Vec a, Vec b) {
        permute(6, to, a, b);
    }

    public void zip2(Vec to, Vec a, Vec b) {
        permute(7, to, a, b);
    }

    private void permute(int opcode, Vec to, Vec a, Vec b) {
        check(same(to, a, b) != Arrangement.D1, "one element");
        word(0x0e000800 | size(to) | b.index() << 16 | opcode << 12 | a.index() << 5 | to.index());
    }

    // ---- bits

    public void and(Vec to, Vec a, Vec b) {
        logical(0, to, a, b);
    }

    public void bic(Vec to, Vec a, Vec b) {
        logical(1 << 22, to, a, b);
    }

    public void orr(Vec to, Vec a, Vec b) {
        logical(2 << 22, to, a, b);
    }

    public void eor(Vec to, Vec a, Vec b) {
        logical(UNSIGNED, to, a, b);
    }

    /** {@code to = a} where b has ones; the other bits stay. */
    public void bit(Vec to, Vec a, Vec b) {
        logical(UNSIGNED | 2 << 22, to, a, b);
    }

    private void logical(int operation, Vec to, Vec a, Vec b) {
        check(same(to, a, b).size() == Size.B, "size");
        word(0x0e201c00 | operation | q(to) | b.index() << 16 | a.index() << 5 | to.index());
    }

    public void not(Vec to, Vec from) {
        check(to.size() == Size.B, "size");
        two(UNSIGNED, 5, to, from);
    }

    public void shl(Vec to, Vec from, int bits) {
        shift(0, 10, to, from, left(to, bits));
    }

    /** Shifts left and inserts: the vacated bits keep the value they had in {@code to}. */
    public void sli(Vec to, Vec from, int bits) {
        shift(UNSIGNED, 10, to, from, left(to, bits));
    }

    public void ushr(Vec to, Vec from, int bits) {
        shift(UNSIGNED, 0, to, from, right(to, bits));
    }

    /** Shifts right and inserts: the vacated bits keep the value they had in {@code to}. */
    public void sri(Vec to, Vec from, int bits) {
        shift(UNSIGNED, 8, to, from, right(to, bits));
    }

    private void shift(int operation, int opcode, Vec to, Vec from, int field) {
        check(same(to, from) != Arrangement.D1, "one element");
        word(0x0f000400 | operation | q(to) | field << 16 | opcode << 11 | from.index() << 5 | to.index());
    }

    private static int left(Vec v, int bits) {
        int size = 8 * v.size().bytes();
        check(bits >= 0 && bits < size, "shift " + bits);
        return size + bits;
    }

    private static int right(Vec v, int bits) {
        int size = 8 * v.size().bytes();
        check(bits > 0 && bits <= size, "shift " + bits);
        return 2 * size - bits;
    }

    /** Shifts right and keeps the lower half of each element. */
    public void shrn(Vec to, Vec from, int bits) {
        narrowShift(0, 16, false, to, from, bits);
    }

    public void shrn2(Vec to, Vec from, int bits) {
        narrowShift(0, 16, true, to, from, bits);
    }

    private void narrowShift(int operation, int opcode, boolean upper, Vec to, Vec from, int bits) {
        narrow(to, from, upper);
        word(0x0f000400 | operation | q(to) | right(to, bits) << 16 | opcode << 11 | from.index() << 5 | to.index());
    }

    public void ushl(Vec to, Vec a, Vec b) {
        three(UNSIGNED, 8, 3, to, a, b);
    }

    // ---- integers

    public void add(Vec to, Vec a, Vec b) {
        three(0, 16, 3, to, a, b);
    }

    public void sub(Vec to, Vec a, Vec b) {
        three(UNSIGNED, 16, 3, to, a, b);
    }

    public void mul(Vec to, Vec a, Vec b) {
        three(0, 19, 2, to, a, b);
    }

    /** Sums of neighbours: those of a, then those of b. */
    public void addp(Vec to, Vec a, Vec b) {
        three(0, 23, 3, to, a, b);
    }

    public void smax(Vec to, Vec a, Vec b) {
        three(0, 12, 2, to, a, b);
    }

    /** All ones in elements where {@code a & b} is not zero, else zero. */
    public void cmtst(Vec to, Vec a, Vec b) {
        three(0, 17, 3, to, a, b);
    }

    /** Sums of two neighbours, with twice the element size. */
    public void saddlp(Vec to, Vec from) {
        pairwise(0, 2, to, from);
    }

    /** Adds the sums of two neighbours to elements of twice the size. */
    public void sadalp(Vec to, Vec from) {
        pairwise(0, 6, to, from);
    }

    private void pairwise(int operation, int opcode, Vec to, Vec from) {
        check(
                to.whole() == from.whole() && to.size().ordinal() == from.size().ordinal() + 1,
                "arrangements " + to + ", " + from);
        word(0x0e200800 | operation | size(from) | opcode << 12 | from.index() << 5 | to.index());
    }

    public void smull(Vec to, Vec a, Vec b) {
        longer(0, 12, false, to, a, b);
    }

    public void smlal2(Vec to, Vec a, Vec b) {
        longer(0, 8, true, to, a, b);
    }

    private void longer(int operation, int opcode, boolean upper, Vec to, Vec a, Vec b) {
        same(a, b);
        narrow(a, to, upper);
        word(0x0e200000 | operation | size(a) | b.index() << 16 | opcode << 12 | a.index() << 5 | to.index());
    }

    /** The lower half of each element. */
    public void xtn(Vec to, Vec from) {
        narrower(0, 18, false, to, from);
    }

    public void xtn2(Vec to, Vec from) {
        narrower(0, 18, true, to, from);
    }

    /** Half the element size, saturated. */
    public void sqxtn(Vec to, Vec from) {
        narrower(0, 20, false, to, from);
    }

    public void sqxtn2(Vec to, Vec from) {
        narrower(0, 20, true, to, from);
    }

    private void narrower(int operation, int opcode, boolean upper, Vec to, Vec from) {
        narrow(to, from, upper);
        word(0x0e200800 | operation | size(to) | opcode << 12 | from.index() << 5 | to.index());
    }

    public void addv(Scalar to, Vec from) {
        across(0, 27, to, from);
    }

    public void smaxv(Scalar to, Vec from) {
        across(0, 10, to, from);
    }

    private void across(int operation, int opcode, Scalar to, Vec from) {
        check(
                to.size() == from.size() && from.size().ordinal() < 3 && from.arrangement() != Arrangement.S2,
                "arrangement " + from);
        word(0x0e300800 | operation | size(from) | opcode << 12 | from.index() << 5 | to.index());
    }

    // ---- FEAT_DotProd, FEAT_I8MM

    /** Adds the sum of four products of bytes to each 32-bit element. */
    public void sdot(Vec to, Vec a, Vec b) {
        dot(0x0e809400, to, a, b);
    }

    private void dot(int code, Vec to, Vec a, Vec b) {
        same(a, b);
        dotOperands(to, a);
        word(code | q(to) | b.index() << 16 | a.index() << 5 | to.index());
    }

    public void sdot(Vec to, Vec a, Quad b) {
        dot(0x0f80e000, to, a, b);
    }

    private void dot(int code, Vec to, Vec a, Quad b) {
        dotOperands(to, a);
        int fields = (b.lane() & 1) << 21 | b.lane() >> 1 << 11 | b.index() << 16;
        word(code | q(to) | fields | a.index() << 5 | to.index());
    }

    private static void dotOperands(Vec to, Vec a) {
        check(to.size() == Size.S && a.size() == Size.B && to.whole() == a.whole(), "arrangements " + to + ", " + a);
    }

    /** Adds a (2 rows of 8 bytes) times the transpose of b (2 rows of 8 bytes) to two rows of two 32-bit sums. */
    public void smmla(Vec to, Vec a, Vec b) {
        matrix(0x4e80a400, to, a, b);
    }

    private void matrix(int code, Vec to, Vec a, Vec b) {
        check(to.arrangement() == Arrangement.S4 && same(a, b) == Arrangement.B16, "arrangements " + to + ", " + a);
        word(code | b.index() << 16 | a.index() << 5 | to.index());
    }

    // ---- floating point

    public void fadd(Vec to, Vec a, Vec b) {
        real(0x0e20d400, to, a, b);
    }

    public void fmul(Vec to, Vec a, Vec b) {
        real(0x2e20dc00, to, a, b);
    }

    /** {@code to += a * b}. */
    public void fmla(Vec to, Vec a, Vec b) {
        real(0x0e20cc00, to, a, b);
    }

    /** Sums of neighbours: those of a, then those of b. */
    public void faddp(Vec to, Vec a, Vec b) {
        real(0x2e20d400, to, a, b);
    }

    private void real(int code, Vec to, Vec a, Vec b) {
        same(to, a, b);
        word(code | reals(to) | b.index() << 16 | a.index() << 5 | to.index());
    }

    public void fmul(Vec to, Vec a, Element b) {
        realByElement(0x0f009000, to, a, b);
    }

    public void fmla(Vec to, Vec a, Element b) {
        realByElement(0x0f001000, to, a, b);
    }

    private void realByElement(int code, Vec to, Vec a, Element b) {
        check(same(to, a).size() == b.size() && to.size().ordinal() >= 2, "size");
        check(to.arrangement() != Arrangement.D1, "one element");
        word(code | size(to) | element(b) | a.index() << 5 | to.index());
    }

    public void fabs(Vec to, Vec from) {
        real(0x0ea0f800, to, from);
    }

    public void fneg(Vec to, Vec from) {
        real(0x2ea0f800, to, from);
    }

    /** The nearest integers; ties to even. */
    public void fcvtns(Vec to, Vec from) {
        real(0x0e21a800, to, from);
    }

    public void scvtf(Vec to, Vec from) {
        real(0x0e21d800, to, from);
    }

    /** From fixed-point numbers with {@code fraction} bits after the binary point. */
    public void scvtf(Vec to, Vec from, int fraction) {
        same(to, from);
        reals(to);
        word(0x0f00e400 | q(to) | right(to, fraction) << 16 | from.index() << 5 | to.index());
    }

    public void ucvtf(Vec to, Vec from) {
        real(0x2e21d800, to, from);
    }

    private void real(int code, Vec to, Vec from) {
        same(to, from);
        word(code | reals(to) | from.index() << 5 | to.index());
    }

    /** Widens floats to twice the size. */
    public void fcvtl(Vec to, Vec from) {
        convert(0x0e217800, false, from, to, from.index() << 5 | to.index());
    }

    public void fcvtl2(Vec to, Vec from) {
        convert(0x0e217800, true, from, to, from.index() << 5 | to.index());
    }

    private void convert(int code, boolean upper, Vec small, Vec large, int registers) {
        narrow(small, large, upper);
        check(small.size() != Size.B, "size");
        word(code | q(small) | (small.size() == Size.S ? 1 << 22 : 0) | registers);
    }

    public void faddp(Scalar to, Vec from) {
        boolean two = from.arrangement() == Arrangement.S2 || from.arrangement() == Arrangement.D2;
        check(two && to.size() == from.size(), "arrangement " + from);
        word(0x7e30d800 | real(to.size()) | from.index() << 5 | to.index());
    }

    public void fmul(Scalar to, Scalar a, Scalar b) {
        real(0x1e200800, to, a, b);
    }

    public void fdiv(Scalar to, Scalar a, Scalar b) {
        real(0x1e201800, to, a, b);
    }

    public void fmax(Scalar to, Scalar a, Scalar b) {
        real(0x1e204800, to, a, b);
    }

    private void real(int code, Scalar to, Scalar a, Scalar b) {
        same(to, a);
        word(code | real(same(a, b)) | b.index() << 16 | a.index() << 5 | to.index());
    }

    public void fmul(Scalar to, Scalar a, Element b) {
        check(same(to, a) == b.size(), "size");
        real(to.size());
        word(0x5f009000 | b.size().ordinal() << 22 | element(b) | a.index() << 5 | to.index());
    }

    /** Converts from one size to another. */
    public void fcvt(Scalar to, Scalar from) {
        word(0x1e224000 | format(from) << 22 | format(to) << 15 | from.index() << 5 | to.index());
        check(to.size() != from.size(), "sizes are the same");
    }

    private static int format(Scalar scalar) {
        return switch (scalar.size()) {
            case S -> 0;
            case D -> 1;
            case H -> 3;
            default -> throw new IllegalArgumentException("size " + scalar.size());
        };
    }

    /** Converts a signed integer of the same size. */
    public void scvtf(Scalar to, Scalar from) {
        word(0x5e21d800 | real(same(to, from)) | from.index() << 5 | to.index());
    }

    // ---- shared forms

    private void three(int operation, int opcode, int largest, Vec to, Vec a, Vec b) {
        check(same(to, a, b) != Arrangement.D1 && to.size().ordinal() <= largest, "arrangement " + to);
        word(0x0e200400 | operation | size(to) | b.index() << 16 | opcode << 11 | a.index() << 5 | to.index());
    }

    private void two(int operation, int opcode, Vec to, Vec from) {
        check(same(to, from) != Arrangement.D1, "one element");
        word(0x0e200800 | operation | size(to) | opcode << 12 | from.index() << 5 | to.index());
    }

    /** The fields of an element: register and lane. With 16-bit elements, four bits remain for the register. */
    private static int element(Element b) {
        int lane = b.lane();
        return switch (b.size()) {
            case H -> {
                check(b.index() < 16, "v0 to v15 have halves as operands");
                yield lane >> 2 << 11 | (lane >> 1 & 1) << 21 | (lane & 1) << 20 | b.index() << 16;
            }
            case S -> lane >> 1 << 11 | (lane & 1) << 21 | b.index() << 16;
            default -> lane << 11 | b.index() << 16;
        };
    }

    private static int q(Vec v) {
        return v.whole() ? 1 << 30 : 0;
    }

    /** Size and Q bit. */
    private static int size(Vec v) {
        return q(v) | v.size().ordinal() << 22;
    }

    /** Size and Q bit of a vector of floats. */
    private static int reals(Vec v) {
        check(v.size().ordinal() >= 2 && v.arrangement() != Arrangement.D1, "arrangement " + v);
        return q(v) | real(v.size());
    }

    private static int real(Size size) {
        check(size == Size.S || size == Size.D, "size " + size);
        return size == Size.D ? 1 << 22 : 0;
    }

    /**
     * Checks that {@code small} has half the element size of {@code large}, which is whole, and that it is whole itself if
     * upper.
     */
    private static void narrow(Vec small, Vec large, boolean upper) {
        check(
                large.whole()
                        && small.whole() == upper
                        && small.size().ordinal() + 1 == large.size().ordinal(),
                "arrangements " + small + ", " + large);
    }

    private static Arrangement same(Vec... all) {
        for (Vec v : all) {
            check(v.arrangement() == all[0].arrangement(), "arrangements " + all[0] + ", " + v);
        }
        return all[0].arrangement();
    }

    private static Size same(Scalar a, Scalar b) {
        check(a.size() == b.size(), "sizes " + a + ", " + b);
        return a.size();
    }
}
