// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

import dev.myna.kernels.asm.CodeWriter;
import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Encoding.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes x86-64 machine code (Intel SDM volume 2), as far as the kernels need it. Methods have the manual's mnemonics and order
 * of operands, destination first. A vector instruction has the VEX form, except with zmm registers, registers 16 to 31 and
 * masks, which need the EVEX form. {@code vpandd}, {@code vpord} and {@code vpxord} become {@code vpand}, {@code vpor} and
 * {@code vpxor} in the VEX form.
 */
public final class Assembler extends CodeWriter {
    private static final int M0F = 1;
    private static final int M38 = 2;
    private static final int M3A = 3;
    private static final int P66 = 1;
    private static final int PF3 = 2;

    /** A 32-bit field that holds the distance from its end to a label. */
    private record Fixup(int at, Label target) {}

    private final List<Fixup> fixups = new ArrayList<>();

    public Assembler() {
        super(64, 0xcc);
    }

    /** A constant after the code, aligned to its length; equal constants are stored once. */
    public Mem constant(byte... bytes) {
        return Mem.constant(label(bytes));
    }

    @Override
    protected void resolve() {
        for (Fixup fixup : fixups) {
            int distance = fixup.target.position() - (fixup.at + 4);
            int addend = int32(fixup.at);
            put32(fixup.at, distance + addend);
        }
    }

    // ---- integers and control

    public void push(Gpr r) {
        rex(false, 0, 0, r.ordinal());
        emit(0x50 | r.ordinal() & 7);
    }

    public void pop(Gpr r) {
        rex(false, 0, 0, r.ordinal());
        emit(0x58 | r.ordinal() & 7);
    }

    public void ret() {
        emit(0xc3);
    }

    public void mov(Gpr to, Gpr from) {
        integer(0x89, from.ordinal(), to);
    }

    public void mov(Gpr to, Mem from) {
        integer(true, 0x8b, to.ordinal(), from);
    }

    public void mov(Mem to, Gpr from) {
        integer(true, 0x89, from.ordinal(), to);
    }

    /** Loads 32 bits, zero-extended. */
    public void mov32(Gpr to, Mem from) {
        integer(false, 0x8b, to.ordinal(), from);
    }

    public void mov32(Mem to, Gpr from) {
        integer(false, 0x89, from.ordinal(), to);
    }

    /** A 32-bit immediate, zero-extended. */
    public void mov32(Gpr to, int value) {
        rex(false, 0, 0, to.ordinal());
        emit(0xb8 | to.ordinal() & 7);
        emit32(value);
    }

    public void lea(Gpr to, Mem of) {
        integer(true, 0x8d, to.ordinal(), of);
    }

    public void add(Gpr to, Gpr what) {
        integer(0x01, what.ordinal(), to);
    }

    public void add(Gpr to, int what) {
        immediate(true, 0, to, what);
    }

    public void add(Gpr to, Mem what) {
        integer(true, 0x03, to.ordinal(), what);
    }

    public void sub(Gpr to, Gpr what) {
        integer(0x29, what.ordinal(), to);
    }

    public void sub(Gpr to, int what) {
        immediate(true, 5, to, what);
    }

    public void and32(Gpr to, int what) {
        immediate(false, 4, to, what);
    }

    public void or(Gpr to, Gpr what) {
        integer(0x09, what.ordinal(), to);
    }

    public void shl(Gpr to, int count) {
        integer(0xc1, 4, to);
        emit(count);
    }

    public void shr32(Gpr to, int count) {
        rex(false, 0, 0, to.ordinal());
        emit(0xc1, 0xe8 | to.ordinal() & 7);
        emit(count);
    }

    /** Shifts left by cl. */
    public void shlByCl(Gpr to) {
        rex(true, 0, 0, to.ordinal());
        emit(0xd3, 0xe0 | to.ordinal() & 7);
    }

    public void cmp(Gpr a, int b) {
        immediate(true, 7, a, b);
    }

    public void test(Gpr a, Gpr b) {
        integer(0x85, b.ordinal(), a);
    }

    public void dec(Gpr r) {
        rex(true, 0, 0, r.ordinal());
        emit(0xff, 0xc8 | r.ordinal() & 7);
    }

    /** Jumps if the condition holds. A bound label within reach takes the short form. */
    public void jump(Condition condition, Label target) {
        if (shortJump(0x70 | condition.code(), target)) {
            return;
        }
        emit(0x0f, 0x80 | condition.code());
        fixup(target);
    }

    public void jump(Label target) {
        if (shortJump(0xeb, target)) {
            return;
        }
        emit(0xe9);
        fixup(target);
    }

    private boolean shortJump(int opcode, Label target) {
        int distance = target.bound() ? target.position() - (size() + 2) : Integer.MIN_VALUE;
        if (distance < Byte.MIN_VALUE) {
            return false;
        }
        emit(opcode, distance);
        return true;
    }

    /** Copies rcx bytes from [rsi] to [rdi]. */
    public void repMovsb() {
        emit(0xf3, 0xa4);
    }

    public void cpuid() {
        emit(0x0f, 0xa2);
    }

    public void xgetbv() {
        emit(0x0f, 0x01, 0xd0);
    }

    public void prefetcht1(Mem at) {
        rex(false, 0, at);
        emit(0x0f, 0x18);
        modrm(2, at, 1, 0);
    }

    // ---- vector moves

    private static final Encoding MOVUPS_LOAD = Encoding.of(M0F, 0, 0x10);
    private static final Encoding MOVUPS_STORE = Encoding.of(M0F, 0, 0x11);
    private static final Encoding MASKMOVPS = Encoding.of(M38, P66, 0x2e);
    private static final Encoding MOVSS_LOAD = Encoding.of(M0F, PF3, 0x10).touching(Tuple.SCALAR32);
    private static final Encoding MOVSS_STORE = Encoding.of(M0F, PF3, 0x11).touching(Tuple.SCALAR32);
    private static final Encoding PINSRW = Encoding.of(M0F, P66, 0xc4).touching(Tuple.SCALAR16);

    public void vmovups(Vec to, Operand from) {
        vector(MOVUPS_LOAD, to, 0, from, to.bytes());
    }

    /**
     * Loads the elements of the mask and reads no other memory. The other elements keep their value, or become zero with {@code
     * zeroing}.
     */
    public void vmovups(Vec to, Mask mask, boolean zeroing, Mem from) {
        vector(MOVUPS_LOAD, to.index(), 0, from, to.bytes(), mask, zeroing, 0);
    }

    public void vmovups(Mem to, Vec from) {
        vector(MOVUPS_STORE, from, 0, to, from.bytes());
    }

    /** Stores the elements of the mask and writes no other memory. */
    public void vmovups(Mem to, Mask mask, Vec from) {
        vector(MOVUPS_STORE, from.index(), 0, to, from.bytes(), mask, false, 0);
    }

    /** Stores the elements whose sign bit is set in {@code lanes} and writes no other memory (VEX only). */
    public void vmaskmovps(Mem to, Vec lanes, Vec from) {
        vector(MASKMOVPS, from, lanes.index(), to, from.bytes());
    }

    public void vmovss(Vec to, Mem from) {
        vector(MOVSS_LOAD, to, 0, from, 16);
    }

    public void vmovss(Mem to, Vec from) {
        vector(MOVSS_STORE, from, 0, to, 16);
    }

    public void vpinsrw(Vec to, Vec from, Mem word, int lane) {
        vector(PINSRW, to, from.index(), word, 16, lane);
    }

    /** Copies the low 16 bits of a register to a mask. */
    public void kmovw(Mask to, Gpr from) {
        vex(Encoding.of(M0F, 0, 0x92), to.index(), 0, new Vec(from.ordinal(), 16), 16, 0);
    }

    public void vzeroupper() {
        emit(0xc5, 0xf8, 0x77);
    }

    // ---- broadcasts, permutations, conversions

    private static final Encoding BROADCASTSS = Encoding.of(M38, P66, 0x18).touching(Tuple.SCALAR32);
    private static final Encoding BROADCASTW = Encoding.of(M38, P66, 0x79).touching(Tuple.SCALAR16);
    private static final Encoding BROADCAST128 = Encoding.of(M38, P66, 0x5a).touching(Tuple.BYTES16);
    private static final Encoding BROADCAST256 =
            Encoding.of(M38, P66, 0x5b).w1().touching(Tuple.BYTES32).evex();
    private static final Encoding PERMPS = Encoding.of(M38, P66, 0x16);
    private static final Encoding PSHUFB = Encoding.of(M38, P66, 0x00);
    private static final Encoding INSERT128 = Encoding.of(M3A, P66, 0x38);
    private static final Encoding EXTRACT128 = Encoding.of(M3A, P66, 0x39).touching(Tuple.BYTES16);
    private static final Encoding EXTRACT256 =
            Encoding.of(M3A, P66, 0x3b).w1().touching(Tuple.BYTES32).evex();
    private static final Encoding UNPCKLPS = Encoding.of(M0F, 0, 0x14);
    private static final Encoding UNPCKHPS = Encoding.of(M0F, 0, 0x15);
    private static final Encoding UNPCKLPD = Encoding.of(M0F, P66, 0x14).evexW1();
    private static final Encoding UNPCKHPD = Encoding.of(M0F, P66, 0x15).evexW1();
    private static final Encoding SHUF128 = Encoding.of(M3A, P66, 0x43).evex();
    private static final Encoding PERM2X128 = Encoding.of(M3A, P66, 0x46);
    private static final Encoding SHUFPS = Encoding.of(M0F, 0, 0xc6);
    private static final Encoding CVTPH2PS = Encoding.of(M38, P66, 0x13).touching(Tuple.HALF);
    private static final Encoding PMOVZXBD = Encoding.of(M38, P66, 0x31).touching(Tuple.QUARTER);
    private static final Encoding PMOVSXBD = Encoding.of(M38, P66, 0x21).touching(Tuple.QUARTER);
    private static final Encoding PMOVZXWD = Encoding.of(M38, P66, 0x33).touching(Tuple.HALF);
    private static final Encoding PMOVDB =
            Encoding.of(M38, PF3, 0x31).touching(Tuple.QUARTER).evex();
    private static final Encoding PERMD = Encoding.of(M38, P66, 0x36);
    private static final Encoding PERMT2W = Encoding.of(M38, P66, 0x7d).w1().evex();
    private static final Encoding PACKSSDW = Encoding.of(M0F, P66, 0x6b);
    private static final Encoding PACKSSWB = Encoding.of(M0F, P66, 0x63);
    private static final Encoding CVTDQ2PS = Encoding.of(M0F, 0, 0x5b);
    private static final Encoding CVTPS2DQ = Encoding.of(M0F, P66, 0x5b);

    public void vbroadcastss(Vec to, Operand from) {
        vector(BROADCASTSS, to, 0, from, to.bytes());
    }

    public void vpbroadcastw(Vec to, Operand from) {
        vector(BROADCASTW, to, 0, from, to.bytes());
    }

    /** Repeats sixteen bytes in every quarter (zmm) or half (ymm). */
    public void vbroadcasti128(Vec to, Mem from) {
        vector(BROADCAST128, to, 0, from, to.bytes());
    }

    /** As {@link #vbroadcasti128(Vec, Mem)}, but only to the 32-bit elements of the mask. */
    public void vbroadcasti128(Vec to, Mask mask, Mem from) {
        vector(BROADCAST128, to.index(), 0, from, to.bytes(), mask, false, 0);
    }

    /** Repeats thirty-two bytes in both halves of a zmm register. */
    public void vbroadcasti256(Vec to, Mem from) {
        vector(BROADCAST256, to, 0, from, to.bytes());
    }

    public void vpermps(Vec to, Vec lanes, Operand from) {
        vector(PERMPS, to, lanes.index(), from, to.bytes());
    }

    public void vpshufb(Vec to, Vec table, Operand indices) {
        vector(PSHUFB, to, table.index(), indices, to.bytes());
    }

    public void vextract128(Operand to, Vec from, int lane) {
        store(EXTRACT128, to, from, lane);
    }

    public void vextract256(Operand to, Vec from, int lane) {
        store(EXTRACT256, to, from, lane);
    }

    private void store(Encoding encoding, Operand to, Vec from, int immediate) {
        vector(encoding, from, 0, to, from.bytes(), immediate);
    }

    public void vunpcklps(Vec to, Vec a, Operand b) {
        vector(UNPCKLPS, to, a.index(), b, to.bytes());
    }

    public void vunpckhps(Vec to, Vec a, Operand b) {
        vector(UNPCKHPS, to, a.index(), b, to.bytes());
    }

    public void vunpcklpd(Vec to, Vec a, Vec b) {
        vector(UNPCKLPD, to, a.index(), b, to.bytes());
    }

    public void vunpckhpd(Vec to, Vec a, Vec b) {
        vector(UNPCKHPD, to, a.index(), b, to.bytes());
    }

    /** Two quarters of a, then two quarters of b, as the immediate selects. */
    public void vshufi32x4(Vec to, Vec a, Vec b, int lanes) {
        vector(SHUF128, to, a.index(), b, to.bytes(), lanes);
    }

    /** Inserts sixteen bytes as the upper half of a 32-byte register, whose lower half is that of a. */
    public void vinserti128(Vec to, Vec a, Mem b) {
        vector(INSERT128, to, a.index(), b, 32, 1);
    }

    public void vperm2i128(Vec to, Vec a, Vec b, int halves) {
        vector(PERM2X128, to, a.index(), b, to.bytes(), halves);
    }

    public void vshufps(Vec to, Vec a, Vec b, int lanes) {
        vector(SHUFPS, to, a.index(), b, to.bytes(), lanes);
    }

    public void vcvtph2ps(Vec to, Operand from) {
        vector(CVTPH2PS, to, 0, from, to.bytes());
    }

    public void vpmovzxbd(Vec to, Operand from) {
        vector(PMOVZXBD, to, 0, from, to.bytes());
    }

    public void vpmovsxbd(Vec to, Operand from) {
        vector(PMOVSXBD, to, 0, from, to.bytes());
    }

    public void vpmovzxwd(Vec to, Operand from) {
        vector(PMOVZXWD, to, 0, from, to.bytes());
    }

    /** Stores the low byte of every 32-bit element. */
    public void vpmovdb(Operand to, Vec from) {
        vector(PMOVDB, from, 0, to, from.bytes());
    }

    public void vpermd(Vec to, Vec lanes, Operand from) {
        vector(PERMD, to, lanes.index(), from, to.bytes());
    }

    /** Selects 16-bit elements of two registers by the indices in {@code lanes}; {@code to} is the first of the two. */
    public void vpermt2w(Vec to, Vec lanes, Operand table) {
        vector(PERMT2W, to, lanes.index(), table, to.bytes());
    }

    public void vpackssdw(Vec to, Vec a, Operand b) {
        vector(PACKSSDW, to, a.index(), b, to.bytes());
    }

    public void vpacksswb(Vec to, Vec a, Operand b) {
        vector(PACKSSWB, to, a.index(), b, to.bytes());
    }

    public void vcvtdq2ps(Vec to, Operand from) {
        vector(CVTDQ2PS, to, 0, from, to.bytes());
    }

    public void vcvtps2dq(Vec to, Operand from) {
        vector(CVTPS2DQ, to, 0, from, to.bytes());
    }

    // ---- arithmetic

    private static final Encoding ADDPS = Encoding.of(M0F, 0, 0x58);
    private static final Encoding MULPS = Encoding.of(M0F, 0, 0x59);
    private static final Encoding DIVPS = Encoding.of(M0F, 0, 0x5e);
    private static final Encoding MAXPS = Encoding.of(M0F, 0, 0x5f);
    private static final Encoding FMADD213PS = Encoding.of(M38, P66, 0xa8);
    private static final Encoding FMADD231PS = Encoding.of(M38, P66, 0xb8);
    private static final Encoding FNMADD231PS = Encoding.of(M38, P66, 0xbc);
    private static final Encoding PAND = Encoding.of(M0F, P66, 0xdb);
    private static final Encoding POR = Encoding.of(M0F, P66, 0xeb);
    private static final Encoding PXOR = Encoding.of(M0F, P66, 0xef);
    private static final Encoding TERNLOG = Encoding.of(M3A, P66, 0x25).evex();
    private static final Encoding PADDD = Encoding.of(M0F, P66, 0xfe);
    private static final Encoding PSUBD = Encoding.of(M0F, P66, 0xfa);
    private static final Encoding PADDW = Encoding.of(M0F, P66, 0xfd);
    private static final Encoding PABSB = Encoding.of(M38, P66, 0x1c);
    private static final Encoding PSIGNB = Encoding.of(M38, P66, 0x08);
    private static final Encoding PMINUB = Encoding.of(M0F, P66, 0xda);
    private static final Encoding PMAXSD = Encoding.of(M38, P66, 0x3d);
    private static final Encoding PSRLVD = Encoding.of(M38, P66, 0x45);
    private static final Encoding PSLLVD = Encoding.of(M38, P66, 0x47);
    private static final Encoding ROLV = Encoding.of(M38, P66, 0x15).evex();
    private static final Encoding PMADDUBSW = Encoding.of(M38, P66, 0x04);
    private static final Encoding PMADDWD = Encoding.of(M0F, P66, 0xf5);
    private static final Encoding PDPBUSD = Encoding.of(M38, P66, 0x50);
    private static final Encoding SHIFT32 = Encoding.of(M0F, P66, 0x72);

    public void vaddps(Vec to, Vec a, Operand b) {
        vector(ADDPS, to, a.index(), b, to.bytes());
    }

    public void vmulps(Vec to, Vec a, Operand b) {
        vector(MULPS, to, a.index(), b, to.bytes());
    }

    public void vdivps(Vec to, Vec a, Operand b) {
        vector(DIVPS, to, a.index(), b, to.bytes());
    }

    public void vmaxps(Vec to, Vec a, Operand b) {
        vector(MAXPS, to, a.index(), b, to.bytes());
    }

    /** {@code to += a * b}. */
    public void vfmadd231ps(Vec to, Vec a, Operand b) {
        vector(FMADD231PS, to, a.index(), b, to.bytes());
    }

    /** {@code to = to * a + b}. */
    public void vfmadd213ps(Vec to, Vec a, Operand b) {
        vector(FMADD213PS, to, a.index(), b, to.bytes());
    }

    /** {@code to -= a * b}. */
    public void vfnmadd231ps(Vec to, Vec a, Operand b) {
        vector(FNMADD231PS, to, a.index(), b, to.bytes());
    }

    public void vpandd(Vec to, Vec a, Operand b) {
        vector(PAND, to, a.index(), b, to.bytes());
    }

    public void vpord(Vec to, Vec a, Operand b) {
        vector(POR, to, a.index(), b, to.bytes());
    }

    public void vpxord(Vec to, Vec a, Operand b) {
        vector(PXOR, to, a.index(), b, to.bytes());
    }

    /**
     * Any function of three bits. The bits of {@code to}, a and b, highest first, are a number i; bit i of {@code table} is the
     * result.
     */
    public void vpternlogd(Vec to, Vec a, Operand b, int table) {
        vector(TERNLOG, to, a.index(), b, to.bytes(), table);
    }

    public void vpaddd(Vec to, Vec a, Operand b) {
        vector(PADDD, to, a.index(), b, to.bytes());
    }

    public void vpsubd(Vec to, Vec a, Operand b) {
        vector(PSUBD, to, a.index(), b, to.bytes());
    }

    public void vpaddw(Vec to, Vec a, Operand b) {
        vector(PADDW, to, a.index(), b, to.bytes());
    }

    public void vpabsb(Vec to, Operand from) {
        vector(PABSB, to, 0, from, to.bytes());
    }

    /** Each byte of a, negated, kept or zeroed as the byte of b is negative, positive or zero. There is no 64-byte form. */
    public void vpsignb(Vec to, Vec a, Operand b) {
        vector(PSIGNB, to, a.index(), b, to.bytes());
    }

    public void vpminub(Vec to, Vec a, Operand b) {
        vector(PMINUB, to, a.index(), b, to.bytes());
    }

    public void vpmaxsd(Vec to, Vec a, Operand b) {
        vector(PMAXSD, to, a.index(), b, to.bytes());
    }

    public void vpsrlvd(Vec to, Vec a, Operand counts) {
        vector(PSRLVD, to, a.index(), counts, to.bytes());
    }

    public void vpsllvd(Vec to, Vec a, Operand counts) {
        vector(PSLLVD, to, a.index(), counts, to.bytes());
    }

    public void vprolvd(Vec to, Vec a, Operand counts) {
        vector(ROLV, to, a.index(), counts, to.bytes());
    }

    public void vpsrld(Vec to, Vec from, int count) {
        vector(SHIFT32, new Vec(2, to.bytes()), to.index(), from, to.bytes(), count);
    }

    /** An arithmetic shift right. */
    public void vpsrad(Vec to, Vec from, int count) {
        vector(SHIFT32, new Vec(4, to.bytes()), to.index(), from, to.bytes(), count);
    }

    public void vpslld(Vec to, Vec from, int count) {
        vector(SHIFT32, new Vec(6, to.bytes()), to.index(), from, to.bytes(), count);
    }

    /** Sums of two neighbouring products of unsigned bytes of a and signed bytes of b, in 16 bits with saturation. */
    public void vpmaddubsw(Vec to, Vec a, Operand b) {
        vector(PMADDUBSW, to, a.index(), b, to.bytes());
    }

    public void vpmaddwd(Vec to, Vec a, Operand b) {
        vector(PMADDWD, to, a.index(), b, to.bytes());
    }

    /** {@code to +=} sums of four neighbouring products of unsigned bytes of a and signed bytes of b. */
    public void vpdpbusd(Vec to, Vec a, Operand b) {
        vector(PDPBUSD, to, a.index(), b, to.bytes());
    }

    // ---- encoding

    private void vector(Encoding e, Vec reg, int second, Operand rm, int bytes) {
        vector(e, reg.index(), second, rm, bytes, null, false, 0);
    }

    private void vector(Encoding e, Vec reg, int second, Operand rm, int bytes, int immediate) {
        vector(e, reg.index(), second, rm, bytes, null, false, 1);
        emit(immediate);
    }

    private void vector(
            Encoding e, int reg, int second, Operand rm, int bytes, Mask mask, boolean zeroing, int immediates) {
        boolean far = rm instanceof Vec v && v.index() > 15;
        if (e.evexOnly() || bytes == 64 || reg > 15 || second > 15 || far || mask != null) {
            evex(e, reg, second, rm, bytes, mask, zeroing, immediates);
        } else {
            vex(e, reg, second, rm, bytes, immediates);
        }
    }

    private void vex(Encoding e, int reg, int second, Operand rm, int bytes, int immediates) {
        int r = ~reg >> 3 & 1;
        int x = ~extensionX(rm) & 1;
        int b = ~extensionB(rm) & 1;
        int last = (~second & 15) << 3 | (bytes == 32 ? 4 : 0) | e.prefix();
        if (x == 1 && b == 1 && e.map() == M0F && !e.wide()) {
            emit(0xc5, r << 7 | last);
        } else {
            emit(0xc4, r << 7 | x << 6 | b << 5 | e.map(), (e.wide() ? 0x80 : 0) | last);
        }
        emit(e.opcode());
        modrm(reg, rm, 1, immediates);
    }

    private void evex(
            Encoding e, int reg, int second, Operand rm, int bytes, Mask mask, boolean zeroing, int immediates) {
        int x = rm instanceof Vec v ? v.index() >> 4 : extensionX(rm);
        int p0 = (~reg >> 3 & 1) << 7 | (~x & 1) << 6 | (~extensionB(rm) & 1) << 5 | (~reg >> 4 & 1) << 4 | e.map();
        int p1 = (e.wide() || e.evexWide() ? 0x80 : 0) | (~second & 15) << 3 | 4 | e.prefix();
        int length = bytes == 64 ? 2 : bytes == 32 ? 1 : 0;
        int p2 = (zeroing ? 0x80 : 0) | length << 5 | (~second >> 4 & 1) << 3 | (mask == null ? 0 : mask.index());
        emit(0x62, p0, p1);
        emit(p2, e.opcode());
        modrm(reg, rm, e.tuple().bytes(bytes), immediates);
    }

    private static int extensionB(Operand rm) {
        return switch (rm) {
            case Vec v -> v.index() >> 3 & 1;
            case Mem m -> m.base() == null ? 0 : m.base().ordinal() >> 3;
        };
    }

    private static int extensionX(Operand rm) {
        return rm instanceof Mem m && m.index() != null ? m.index().ordinal() >> 3 : 0;
    }

    /**
     * @param unit bytes that an eight-bit displacement counts
     * @param immediates bytes of the instruction after the displacement
     */
    private void modrm(int reg, Operand rm, int unit, int immediates) {
        int field = (reg & 7) << 3;
        switch (rm) {
            case Vec v -> emit(0xc0 | field | v.index() & 7);
            case Mem m
            when m.base() == null -> {
                emit(field | 5);
                fixup(m.label(), m.disp() - immediates);
            }
            case Mem m -> memory(field, m, unit);
        }
    }

    private void memory(int field, Mem m, int unit) {
        int base = m.base().ordinal() & 7;
        boolean indexed = m.index() != null || base == Gpr.RSP.ordinal();
        boolean none = m.disp() == 0 && base != Gpr.RBP.ordinal();
        boolean small = m.disp() % unit == 0 && m.disp() / unit == (byte) (m.disp() / unit);
        int mode = none ? 0 : small ? 0x40 : 0x80;
        emit(mode | field | (indexed ? 4 : base));
        if (indexed) {
            int index = m.index() == null ? 4 : m.index().ordinal() & 7;
            emit(Integer.numberOfTrailingZeros(m.scale()) << 6 | index << 3 | base);
        }
        if (!none && small) {
            emit(m.disp() / unit);
        } else if (!none) {
            emit32(m.disp());
        }
    }

    private void integer(int opcode, int reg, Gpr rm) {
        rex(true, reg, 0, rm.ordinal());
        emit(opcode, 0xc0 | (reg & 7) << 3 | rm.ordinal() & 7);
    }

    private void integer(boolean wide, int opcode, int reg, Mem rm) {
        int index = rm.index() == null ? 0 : rm.index().ordinal();
        rex(wide, reg, index, rm.base() == null ? 0 : rm.base().ordinal());
        emit(opcode);
        modrm(reg, rm, 1, 0);
    }

    private void immediate(boolean wide, int operation, Gpr rm, int value) {
        rex(wide, 0, 0, rm.ordinal());
        boolean small = value == (byte) value;
        if (!small && rm == Gpr.RAX) {
            emit(operation << 3 | 5);
            emit32(value);
            return;
        }
        emit(small ? 0x83 : 0x81, 0xc0 | operation << 3 | rm.ordinal() & 7);
        if (small) {
            emit(value);
        } else {
            emit32(value);
        }
    }

    private void rex(boolean wide, int reg, Mem rm) {
        int index = rm.index() == null ? 0 : rm.index().ordinal();
        rex(wide, reg, index, rm.base() == null ? 0 : rm.base().ordinal());
    }

    private void rex(boolean wide, int reg, int index, int base) {
        int bits = (wide ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (bits != 0) {
            emit(0x40 | bits);
        }
    }

    private void fixup(Label target) {
        fixup(target, 0);
    }

    private void fixup(Label target, int addend) {
        fixups.add(new Fixup(size(), target));
        emit32(addend);
    }

    private void emit(int a, int b, int c) {
        emit(a, b);
        emit(c);
    }

    private void emit(int a, int b) {
        emit(a);
        emit(b);
    }
}
