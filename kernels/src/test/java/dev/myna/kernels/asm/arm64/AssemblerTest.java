// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

import static dev.myna.kernels.asm.arm64.Arrangement.B16;
import static dev.myna.kernels.asm.arm64.Arrangement.B8;
import static dev.myna.kernels.asm.arm64.Arrangement.D1;
import static dev.myna.kernels.asm.arm64.Arrangement.D2;
import static dev.myna.kernels.asm.arm64.Arrangement.H4;
import static dev.myna.kernels.asm.arm64.Arrangement.H8;
import static dev.myna.kernels.asm.arm64.Arrangement.S2;
import static dev.myna.kernels.asm.arm64.Arrangement.S4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.ReferenceAssembler;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Every instruction has the bytes that GNU as gives for its text. {@code as.txt} beside this class has texts and bytes; {@code
 * bench/assemble arm64} makes it from the output of {@link #main}.
 */
class AssemblerTest {
    private static final Arrangement[] BYTES = {B8, B16};
    private static final Arrangement[] TO_HALVES = {B8, B16, H4, H8};
    private static final Arrangement[] TO_WORDS = {B8, B16, H4, H8, S2, S4};
    private static final Arrangement[] INTEGERS = {B8, B16, H4, H8, S2, S4, D2};
    private static final Arrangement[] REALS = {S2, S4, D2};
    private static final int[][] REGISTERS = {{0, 0, 0}, {31, 31, 31}, {1, 18, 7}, {25, 3, 30}};

    private final Map<String, Consumer<Assembler>> cases = new LinkedHashMap<>();

    private interface Three {
        void emit(Assembler a, Vec to, Vec first, Vec second);
    }

    private interface ByElement {
        void emit(Assembler a, Vec to, Vec first, Element second);
    }

    private interface ByQuad {
        void emit(Assembler a, Vec to, Vec first, Quad second);
    }

    private interface Two {
        void emit(Assembler a, Vec to, Vec from);
    }

    private interface Shift {
        void emit(Assembler a, Vec to, Vec from, int bits);
    }

    private interface ThreeX {
        void emit(Assembler a, X to, X first, X second);
    }

    private interface ThreeW {
        void emit(Assembler a, W to, W first, W second);
    }

    private interface Real {
        void emit(Assembler a, Scalar to, Scalar first, Scalar second);
    }

    private interface Access<R> {
        void emit(Assembler a, R register, Mem place);
    }

    private interface Pair<R> {
        void emit(Assembler a, R first, R second, Mem place);
    }

    AssemblerTest() {
        moves();
        arithmetic();
        bits();
        memory();
        vectorMemory();
        control();
        elements();
        permutations();
        vectorBits();
        vectorIntegers();
        dots();
        reals();
    }

    private void moves() {
        add("mov x3, x17", a -> a.mov(x(3), x(17)));
        add("mov x30, sp", a -> a.mov(X.X30, X.SP));
        add("mov sp, x9", a -> a.mov(X.SP, X.X9));
        add("mov x5, xzr", a -> a.mov(X.X5, X.ZR));
        add("mov w3, w17", a -> a.mov(w(3), w(17)));
        for (int shift = 0; shift < 64; shift += 16) {
            for (int value : new int[] {0, 1, 0xabcd, 0xffff}) {
                String rest = "#" + value + ", lsl #" + shift;
                int by = shift;
                add("movz x4, " + rest, a -> a.movz(x(4), value, by));
                add("movn x29, " + rest, a -> a.movn(x(29), value, by));
                add("movk x14, " + rest, a -> a.movk(x(14), value, by));
            }
        }
        add("movz x1, #0", a -> a.mov(x(1), 0));
        add("movn x1, #0", a -> a.mov(x(1), -1));
        add("movz x1, #0x1234, lsl #32", a -> a.mov(x(1), 0x123400000000L));
        add("movn x2, #4", a -> a.mov(x(2), -5));
        add("movz x1, #0x5678; movk x1, #0x1234, lsl #16", a -> a.mov(x(1), 0x12345678));
        add("movn x1, #0x1, lsl #16; movk x1, #3, lsl #48", a -> a.mov(x(1), 0x0003_ffff_fffe_ffffL));
        add(
                "movz x1, #4; movk x1, #3, lsl #16; movk x1, #2, lsl #32; movk x1, #1, lsl #48",
                a -> a.mov(x(1), 0x0001_0002_0003_0004L));
        add("movz x8, #0xfffe; movk x8, #0xffff, lsl #16", a -> a.mov(w(8), -2));
    }

    private void arithmetic() {
        for (int value : new int[] {0, 1, 100, 4095, 4096, 8192, 0xfff000}) {
            add("add x1, x2, #" + value, a -> a.add(x(1), x(2), value));
            add("sub x30, x17, #" + value, a -> a.sub(x(30), x(17), value));
            add("adds x1, x2, #" + value, a -> a.adds(x(1), x(2), value));
            add("subs x1, x2, #" + value, a -> a.subs(x(1), x(2), value));
            add("cmp x9, #" + value, a -> a.cmp(x(9), value));
            add("add w1, w2, #" + value, a -> a.add(w(1), w(2), value));
            add("sub w1, w2, #" + value, a -> a.sub(w(1), w(2), value));
            add("subs w1, w2, #" + value, a -> a.subs(w(1), w(2), value));
            add("cmp w9, #" + value, a -> a.cmp(w(9), value));
        }
        add("add sp, sp, #64", a -> a.add(X.SP, X.SP, 64));
        add("sub sp, sp, #64", a -> a.sub(X.SP, X.SP, 64));
        add("add x1, sp, x2, lsl #3", a -> a.add(x(1), X.SP, x(2), 3));
        add("sub sp, x1, x2", a -> a.sub(X.SP, x(1), x(2)));
        for (int shift : new int[] {0, 1, 31, 63}) {
            String rest = shift == 0 ? "" : ", lsl #" + shift;
            add("add x1, x2, x30" + rest, a -> a.add(x(1), x(2), x(30), shift));
            add("sub x1, xzr, x30" + rest, a -> a.sub(x(1), X.ZR, x(30), shift));
            add("orr x1, x2, x30" + rest, a -> a.orr(x(1), x(2), x(30), shift));
        }
        add("orr w1, w2, w30, lsl #7", a -> a.orr(w(1), w(2), w(30), 7));
        three("add", Assembler::add);
        three("sub", Assembler::sub);
        three("subs", Assembler::subs);
        three("and", Assembler::and);
        three("bic", Assembler::bic);
        three("orr", Assembler::orr);
        three("eor", Assembler::eor);
        three("mul", Assembler::mul);
        three("lsl", Assembler::lsl);
        three("lsr", Assembler::lsr);
        threeW("add", Assembler::add);
        threeW("sub", Assembler::sub);
        threeW("and", Assembler::and);
        threeW("orr", Assembler::orr);
        threeW("eor", Assembler::eor);
        threeW("mul", Assembler::mul);
        add("cmp x3, x30", a -> a.cmp(x(3), x(30)));
        add("neg x3, x30", a -> a.neg(x(3), x(30)));
        add("madd x3, x30, x1, x17", a -> a.madd(x(3), x(30), x(1), x(17)));
        add("csel x3, x30, xzr, hi", a -> a.csel(x(3), x(30), X.ZR, Condition.HI));
    }

    private void bits() {
        for (long mask : new long[] {
            1,
            3,
            0xff,
            0x0f0f0f0f0f0f0f0fL,
            0x3f3f3f3f3f3f3f3fL,
            0xc0c0c0c0c0c0c0c0L,
            0x5555555555555555L,
            0x8000000000000000L,
            0x7fffffffffffffffL,
            -2,
            0xffff0000ffff0000L,
            0x00000000fffffff0L,
            0xff000000000000ffL,
            0x3f3f3f3fL
        }) {
            String text = "#0x" + Long.toHexString(mask);
            if (mask != 0x3f3f3f3fL) {
                add("and x1, x30, " + text, a -> a.and(x(1), x(30), mask));
                add("orr sp, x30, " + text, a -> a.orr(X.SP, x(30), mask));
                add("eor x1, xzr, " + text, a -> a.eor(x(1), X.ZR, mask));
                add("tst x17, " + text, a -> a.tst(x(17), mask));
            }
            int low = (int) mask;
            if (low != 0 && low != -1) {
                String half = "#0x" + Integer.toHexString(low);
                add("and w1, w30, " + half, a -> a.and(w(1), w(30), low));
                add("orr w2, w30, " + half, a -> a.orr(w(2), w(30), low));
                add("eor w1, wzr, " + half, a -> a.eor(w(1), w(31), low));
            }
        }
        for (int bits : new int[] {0, 1, 4, 31, 32, 63}) {
            add("lsl x1, x30, #" + bits, a -> a.lsl(x(1), x(30), bits));
            add("lsr x1, x30, #" + bits, a -> a.lsr(x(1), x(30), bits));
            add("asr x1, x30, #" + bits, a -> a.asr(x(1), x(30), bits));
            if (bits < 32) {
                add("lsl w1, w30, #" + bits, a -> a.lsl(w(1), w(30), bits));
                add("lsr w1, w30, #" + bits, a -> a.lsr(w(1), w(30), bits));
                add("ubfx w1, w30, #" + bits + ", #1", a -> a.ubfx(w(1), w(30), bits, 1));
                add("ubfx w1, w30, #0, #" + (bits + 1), a -> a.ubfx(w(1), w(30), 0, bits + 1));
            }
            add("ubfx x1, x30, #" + bits + ", #1", a -> a.ubfx(x(1), x(30), bits, 1));
            add("ubfx x1, x30, #0, #" + (bits + 1), a -> a.ubfx(x(1), x(30), 0, bits + 1));
            add("sbfx x1, x30, #" + bits + ", #1", a -> a.sbfx(x(1), x(30), bits, 1));
            add("bfi x1, x30, #" + bits + ", #1", a -> a.bfi(x(1), x(30), bits, 1));
        }
        add("bfi x1, x30, #8, #24", a -> a.bfi(x(1), x(30), 8, 24));
    }

    private void memory() {
        access("ldr", 8, x(3), Assembler::ldr);
        access("str", 8, x(30), Assembler::str);
        access("ldr", 4, w(3), Assembler::ldr);
        access("str", 4, w(30), Assembler::str);
        access("ldrh", 2, w(3), Assembler::ldrh);
        access("strh", 2, w(30), Assembler::strh);
        access("ldrb", 1, w(3), Assembler::ldrb);
        access("strb", 1, w(30), Assembler::strb);
        access("ldrsb", 1, x(3), Assembler::ldrsb);
        access("ldrsh", 2, x(3), Assembler::ldrsh);
        access("ldrsw", 4, x(3), Assembler::ldrsw);
        pair("ldp", 8, x(3), x(30), Assembler::ldp);
        pair("stp", 8, x(3), x(30), Assembler::stp);
        pair("ldp", 4, w(3), w(30), Assembler::ldp);
        pair("stp", 4, w(3), w(30), Assembler::stp);
        for (Prefetch what : Prefetch.values()) {
            for (Mem m : List.of(Mem.at(x(1)), Mem.at(x(2), 8), Mem.at(X.SP, 32760), Mem.at(x(4), x(5)))) {
                add("prfm " + what + ", " + m, a -> a.prfm(what, m));
            }
        }
    }

    private void vectorMemory() {
        for (int v : new int[] {0, 13, 31}) {
            for (Size size : Size.values()) {
                Scalar register = new Scalar(v, size);
                access("ldr", size.bytes(), register, Assembler::ldr);
                access("str", size.bytes(), register, Assembler::str);
                if (size.bytes() >= 4) {
                    pair("ldp", size.bytes(), register, new Scalar(20, size), Assembler::ldp);
                    pair("stp", size.bytes(), register, new Scalar(20, size), Assembler::stp);
                }
            }
        }
        for (Arrangement each : Arrangement.values()) {
            for (int count = 1; count <= 4; count++) {
                Vec[] registers = new Vec[count];
                List<String> names = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    registers[i] = new Vec((30 + i) % 32, each);
                    names.add(registers[i].toString());
                }
                String list = "{" + String.join(", ", names) + "}, ";
                int bytes = count * each.count() * each.size().bytes();
                for (Mem m : List.of(Mem.at(x(7)), Mem.at(X.SP), Mem.post(x(9), bytes))) {
                    add("ld1 " + list + m, a -> a.ld1(m, registers));
                    add("st1 " + list + m, a -> a.st1(m, registers));
                    if (count == 2 && each != D1) {
                        add("ld2 " + list + m, a -> a.ld2(m, registers[0], registers[1]));
                    }
                    if (count == 4 && each != D1) {
                        add("ld4 " + list + m, a -> a.ld4(m, registers));
                    }
                }
            }
            for (Mem m : List.of(Mem.at(x(7)), Mem.post(x(9), each.size().bytes()))) {
                add("ld1r {" + new Vec(17, each) + "}, " + m, a -> a.ld1r(new Vec(17, each), m));
            }
        }
        for (Element e : elementsOf(29)) {
            for (Mem m : List.of(Mem.at(x(7)), Mem.post(X.SP, e.size().bytes()))) {
                String text = " {v29." + e.size() + "}[" + e.lane() + "], " + m;
                add("ld1" + text, a -> a.ld1(e, m));
                add("st1" + text, a -> a.st1(e, m));
            }
        }
    }

    private void control() {
        add("b 1f; nop; 1: ret", a -> {
            Label end = new Label();
            a.b(end);
            a.nop();
            a.bind(end);
            a.ret();
        });
        add("1: nop; b 1b", a -> back(a, a::b));
        for (Condition condition : Condition.values()) {
            add("1: nop; b." + condition + " 1b", a -> back(a, label -> a.b(condition, label)));
        }
        add("1: nop; cbz x3, 1b", a -> back(a, label -> a.cbz(x(3), label)));
        add("1: nop; cbnz x30, 1b", a -> back(a, label -> a.cbnz(x(30), label)));
        add("1: nop; cbz w3, 1b", a -> back(a, label -> a.cbz(w(3), label)));
        add("1: nop; cbnz w30, 1b", a -> back(a, label -> a.cbnz(w(30), label)));
        add("1: nop; tbz x3, #35, 1b", a -> back(a, label -> a.tbz(x(3), 35, label)));
        add("1: nop; tbnz x30, #5, 1b", a -> back(a, label -> a.tbnz(x(30), 5, label)));
        add("1: nop; adr x3, 1b", a -> back(a, label -> a.adr(x(3), label)));
        add("adr x3, 1f; nop; ret; 1:", a -> {
            Label end = new Label();
            a.adr(x(3), end);
            a.nop();
            a.ret();
            a.bind(end);
        });
        add("ldr s1, 1f; ldr d2, 2f; ldr q3, 3f; ldr x4, 2f; 3: .quad 1, 2; 2: .quad 3; 1: .word 4", a -> {
            Label s = a.constant(bytes(4, 4));
            Label d = a.constant(bytes(8, 3));
            a.ldr(v(1).s(), s);
            a.ldr(v(2).d(), d);
            byte[] q = new byte[16];
            q[0] = 1;
            q[8] = 2;
            a.ldr(v(3).q(), a.constant(q));
            a.ldr(x(4), a.constant(bytes(8, 3)));
        });
        add("ret", Assembler::ret);
        add("nop", Assembler::nop);
        add("dc cvau, x3", a -> a.dcCvau(x(3)));
        add("ic ivau, x17", a -> a.icIvau(x(17)));
        add("dsb ish", Assembler::dsbIsh);
        add("isb", Assembler::isb);
        add("mrs x9, ctr_el0", a -> a.mrsCtrEl0(x(9)));
    }

    private static void back(Assembler a, Consumer<Label> branch) {
        Label label = new Label();
        a.bind(label);
        a.nop();
        branch.accept(label);
    }

    private static byte[] bytes(int count, int first) {
        byte[] bytes = new byte[count];
        bytes[0] = (byte) first;
        return bytes;
    }

    private void elements() {
        add("mov v3.16b, v30.16b", a -> a.mov(v(3), v(30)));
        for (Arrangement each : INTEGERS) {
            for (int lane : new int[] {0, 1, 16 / each.size().bytes() - 1}) {
                Element e = new Element(23, each.size(), lane);
                add("dup " + v(9).as(each) + ", " + e, a -> a.dup(v(9).as(each), e));
            }
            if (each.size() != Size.D) {
                add("dup " + v(9).as(each) + ", w30", a -> a.dup(v(9).as(each), w(30)));
            }
        }
        add("dup v9.2d, x30", a -> a.dup(v(9).d2(), x(30)));
        for (Element e : elementsOf(11)) {
            Scalar scalar = new Scalar(30, e.size());
            add("dup " + scalar + ", " + e, a -> a.dup(scalar, e));
            Element other = new Element(28, e.size(), 16 / e.size().bytes() - 1 - e.lane());
            add("ins " + e + ", " + other, a -> a.ins(e, other));
            if (e.size() == Size.D) {
                add("ins " + e + ", x30", a -> a.ins(e, x(30)));
                add("umov x30, " + e, a -> a.umov(x(30), e));
            } else {
                add("ins " + e + ", w30", a -> a.ins(e, w(30)));
                add("umov w30, " + e, a -> a.umov(w(30), e));
                add("smov x30, " + e, a -> a.smov(x(30), e));
            }
        }
        add("fmov s30, w3", a -> a.fmov(v(30).s(), w(3)));
        add("fmov w3, s30", a -> a.fmov(w(3), v(30).s()));
        add("fmov d30, x3", a -> a.fmov(v(30).d(), x(3)));
        add("fmov x3, d30", a -> a.fmov(x(3), v(30).d()));
        add("fmov s30, s3", a -> a.fmov(v(30).s(), v(3).s()));
        add("fmov d30, d3", a -> a.fmov(v(30).d(), v(3).d()));
        for (float value : new float[] {1, -1, 0.125f, 31, 0.5f, -16.5f + 0.5f, 2.5f, 1.9375f}) {
            add("fmov s7, #" + value, a -> a.fmov(v(7).s(), value));
            add("fmov d7, #" + value, a -> a.fmov(v(7).d(), value));
            add("fmov v27.4s, #" + value, a -> a.fmov(v(27).s4(), value));
        }
        for (Arrangement each : TO_WORDS) {
            for (int value : new int[] {0, 1, 15, 0xa5, 255}) {
                Vec to = new Vec(19, each);
                add("movi " + to + ", #" + value, a -> a.movi(to, value));
                for (int shift = 0; shift < 8 * each.size().bytes(); shift += 8) {
                    if (each.size() != Size.B) {
                        int by = shift;
                        String rest = " " + to + ", #" + value + ", lsl #" + shift;
                        add("movi" + rest, a -> a.movi(to, value, by));
                        add("mvni" + rest, a -> a.mvni(to, value, by));
                    }
                }
            }
        }
    }

    private void permutations() {
        for (int from : new int[] {0, 1, 7}) {
            add("ext v1.8b, v30.8b, v17.8b, #" + from, a -> a.ext(v(1).b8(), v(30).b8(), v(17).b8(), from));
        }
        for (int from : new int[] {0, 1, 8, 15}) {
            add("ext v1.16b, v30.16b, v17.16b, #" + from, a -> a.ext(v(1).b16(), v(30).b16(), v(17).b16(), from));
        }
        for (Arrangement each : BYTES) {
            Vec to = new Vec(30, each);
            Vec indices = new Vec(17, each);
            add("tbl " + to + ", {v5.16b}, " + indices, a -> a.tbl(to, v(5).b16(), indices));
            add("tbx " + to + ", {v5.16b}, " + indices, a -> a.tbx(to, v(5).b16(), indices));
            add("tbl " + to + ", {v31.16b, v0.16b}, " + indices, a -> a.tbl(to, v(31).b16(), v(0).b16(), indices));
        }
        three("uzp1", INTEGERS, Assembler::uzp1);
        three("uzp2", INTEGERS, Assembler::uzp2);
        three("zip1", INTEGERS, Assembler::zip1);
        three("zip2", INTEGERS, Assembler::zip2);
        three("trn1", INTEGERS, Assembler::trn1);
        three("trn2", INTEGERS, Assembler::trn2);
        two("rev64", TO_WORDS, Assembler::rev64);
        two("rev32", TO_HALVES, Assembler::rev32);
        two("rev16", BYTES, Assembler::rev16);
    }

    private void vectorBits() {
        three("and", BYTES, Assembler::and);
        three("bic", BYTES, Assembler::bic);
        three("orr", BYTES, Assembler::orr);
        three("orn", BYTES, Assembler::orn);
        three("eor", BYTES, Assembler::eor);
        three("bsl", BYTES, Assembler::bsl);
        three("bit", BYTES, Assembler::bit);
        three("bif", BYTES, Assembler::bif);
        two("not", BYTES, Assembler::not);
        two("cnt", BYTES, Assembler::cnt);
        shift("shl", 0, Assembler::shl);
        shift("sli", 0, Assembler::sli);
        shift("sshr", 1, Assembler::sshr);
        shift("ushr", 1, Assembler::ushr);
        shift("ssra", 1, Assembler::ssra);
        shift("usra", 1, Assembler::usra);
        shift("sri", 1, Assembler::sri);
        three("sshl", INTEGERS, Assembler::sshl);
        three("ushl", INTEGERS, Assembler::ushl);
        for (Arrangement small : TO_WORDS) {
            Vec low = v(21).as(small);
            Vec large = v(14).as(twice(small));
            String two = small.whole() ? "2 " : " ";
            for (int bits : new int[] {1, 8 * small.size().bytes()}) {
                String rest = low + ", " + large + ", #" + bits;
                add("shrn" + two + rest, a -> pick(small, a::shrn, a::shrn2).emit(low, large, bits));
            }
            for (int bits : new int[] {0, 3, 8 * small.size().bytes() - 1}) {
                String rest = large + ", " + low + ", #" + bits;
                add("sshll" + two + rest, a -> pick(small, a::sshll, a::sshll2).emit(large, low, bits));
                add("ushll" + two + rest, a -> pick(small, a::ushll, a::ushll2).emit(large, low, bits));
            }
        }
        longer("sxtl", Assembler::sxtl, Assembler::sxtl2);
        longer("uxtl", Assembler::uxtl, Assembler::uxtl2);
        narrower("xtn", Assembler::xtn, Assembler::xtn2);
        narrower("sqxtn", Assembler::sqxtn, Assembler::sqxtn2);
    }

    private interface Emit {
        void emit(Vec to, Vec from, int bits);
    }

    private static Emit pick(Arrangement small, Emit lower, Emit upper) {
        return small.whole() ? upper : lower;
    }

    private void vectorIntegers() {
        three("add", INTEGERS, Assembler::add);
        three("sub", INTEGERS, Assembler::sub);
        three("mul", TO_WORDS, Assembler::mul);
        three("mla", TO_WORDS, Assembler::mla);
        three("mls", TO_WORDS, Assembler::mls);
        three("addp", INTEGERS, Assembler::addp);
        three("smax", TO_WORDS, Assembler::smax);
        three("umax", TO_WORDS, Assembler::umax);
        three("smin", TO_WORDS, Assembler::smin);
        three("umin", TO_WORDS, Assembler::umin);
        three("smaxp", TO_WORDS, Assembler::smaxp);
        three("umaxp", TO_WORDS, Assembler::umaxp);
        three("cmgt", INTEGERS, Assembler::cmgt);
        three("cmhi", INTEGERS, Assembler::cmhi);
        three("cmge", INTEGERS, Assembler::cmge);
        three("cmhs", INTEGERS, Assembler::cmhs);
        three("cmeq", INTEGERS, Assembler::cmeq);
        three("cmtst", INTEGERS, Assembler::cmtst);
        two("abs", INTEGERS, Assembler::abs);
        two("neg", INTEGERS, Assembler::neg);
        Arrangement[] halves = {H4, H8, S2, S4};
        byElement("mul", halves, Assembler::mul);
        byElement("mla", halves, Assembler::mla);
        pairwise("saddlp", Assembler::saddlp);
        pairwise("uaddlp", Assembler::uaddlp);
        pairwise("sadalp", Assembler::sadalp);
        pairwise("uadalp", Assembler::uadalp);
        products("smull", Assembler::smull, Assembler::smull2);
        products("umull", Assembler::umull, Assembler::umull2);
        products("smlal", Assembler::smlal, Assembler::smlal2);
        products("umlal", Assembler::umlal, Assembler::umlal2);
        productsByElement("smull", Assembler::smull, Assembler::smull2);
        productsByElement("smlal", Assembler::smlal, Assembler::smlal2);
        for (Arrangement small : TO_WORDS) {
            Vec large = v(30).as(twice(small));
            Vec other = v(3).as(twice(small));
            Vec low = v(21).as(small);
            String rest = large + ", " + other + ", " + low;
            if (small.whole()) {
                add("saddw2 " + rest, a -> a.saddw2(large, other, low));
            } else {
                add("saddw " + rest, a -> a.saddw(large, other, low));
            }
        }
        for (Arrangement each : new Arrangement[] {B8, B16, H4, H8, S4}) {
            Scalar to = new Scalar(30, each.size());
            Vec from = v(17).as(each);
            add("addv " + to + ", " + from, a -> a.addv(to, from));
            add("smaxv " + to + ", " + from, a -> a.smaxv(to, from));
            add("umaxv " + to + ", " + from, a -> a.umaxv(to, from));
        }
    }

    private void dots() {
        dot("sdot", Assembler::sdot);
        dot("udot", Assembler::udot);
        dot("usdot", Assembler::usdot);
        dotByQuad("sdot", Assembler::sdot);
        dotByQuad("udot", Assembler::udot);
        dotByQuad("usdot", Assembler::usdot);
        dotByQuad("sudot", Assembler::sudot);
        for (int[] r : REGISTERS) {
            Vec to = v(r[0]).s4();
            Vec first = v(r[1]).b16();
            Vec second = v(r[2]).b16();
            String rest = to + ", " + first + ", " + second;
            add("smmla " + rest, a -> a.smmla(to, first, second));
            add("ummla " + rest, a -> a.ummla(to, first, second));
            add("usmmla " + rest, a -> a.usmmla(to, first, second));
        }
    }

    private void reals() {
        three("fadd", REALS, Assembler::fadd);
        three("fsub", REALS, Assembler::fsub);
        three("fmul", REALS, Assembler::fmul);
        three("fdiv", REALS, Assembler::fdiv);
        three("fmla", REALS, Assembler::fmla);
        three("fmls", REALS, Assembler::fmls);
        three("fmax", REALS, Assembler::fmax);
        three("fmin", REALS, Assembler::fmin);
        three("fmaxnm", REALS, Assembler::fmaxnm);
        three("faddp", REALS, Assembler::faddp);
        three("fmaxp", REALS, Assembler::fmaxp);
        byElement("fmul", REALS, Assembler::fmul);
        byElement("fmla", REALS, Assembler::fmla);
        byElement("fmls", REALS, Assembler::fmls);
        two("fabs", REALS, Assembler::fabs);
        two("fneg", REALS, Assembler::fneg);
        two("frintn", REALS, Assembler::frintn);
        two("fcvtns", REALS, Assembler::fcvtns);
        two("fcvtas", REALS, Assembler::fcvtas);
        two("fcvtzs", REALS, Assembler::fcvtzs);
        two("scvtf", REALS, Assembler::scvtf);
        for (Arrangement each : REALS) {
            for (int fraction : new int[] {1, 24, 8 * each.size().bytes()}) {
                Vec to = v(26).as(each);
                Vec from = v(5).as(each);
                add("scvtf " + to + ", " + from + ", #" + fraction, a -> a.scvtf(to, from, fraction));
            }
        }
        two("ucvtf", REALS, Assembler::ucvtf);
        for (Arrangement small : new Arrangement[] {H4, H8, S2, S4}) {
            Vec low = v(21).as(small);
            Vec large = v(14).as(twice(small));
            if (small.whole()) {
                add("fcvtl2 " + large + ", " + low, a -> a.fcvtl2(large, low));
                add("fcvtn2 " + low + ", " + large, a -> a.fcvtn2(low, large));
            } else {
                add("fcvtl " + large + ", " + low, a -> a.fcvtl(large, low));
                add("fcvtn " + low + ", " + large, a -> a.fcvtn(low, large));
            }
        }
        add("fmaxv s3, v30.4s", a -> a.fmaxv(v(3).s(), v(30).s4()));
        add("faddp s3, v30.2s", a -> a.faddp(v(3).s(), v(30).s2()));
        add("faddp d3, v30.2d", a -> a.faddp(v(3).d(), v(30).d2()));
        scalars("fadd", Assembler::fadd);
        scalars("fsub", Assembler::fsub);
        scalars("fmul", Assembler::fmul);
        scalars("fdiv", Assembler::fdiv);
        scalars("fmax", Assembler::fmax);
        for (int lane = 0; lane < 4; lane++) {
            Element e = v(30).s(lane);
            add("fmul s3, s17, " + e, a -> a.fmul(v(3).s(), v(17).s(), e));
        }
        add("fmul d3, d17, v30.d[1]", a -> a.fmul(v(3).d(), v(17).d(), v(30).d(1)));
        add("fmadd s3, s17, s30, s9", a -> a.fmadd(v(3).s(), v(17).s(), v(30).s(), v(9).s()));
        add("fmadd d3, d17, d30, d9", a -> a.fmadd(v(3).d(), v(17).d(), v(30).d(), v(9).d()));
        for (Size from : new Size[] {Size.H, Size.S, Size.D}) {
            for (Size to : new Size[] {Size.H, Size.S, Size.D}) {
                if (from != to) {
                    Scalar result = new Scalar(3, to);
                    Scalar source = new Scalar(30, from);
                    add("fcvt " + result + ", " + source, a -> a.fcvt(result, source));
                }
            }
        }
        add("scvtf s3, s30", a -> a.scvtf(v(3).s(), v(30).s()));
        add("scvtf d3, d30", a -> a.scvtf(v(3).d(), v(30).d()));
    }

    // ---- families of instructions

    private void three(String name, Arrangement[] arrangements, Three method) {
        for (Arrangement each : arrangements) {
            for (int[] r : REGISTERS) {
                Vec to = v(r[0]).as(each);
                Vec first = v(r[1]).as(each);
                Vec second = v(r[2]).as(each);
                add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
            }
        }
    }

    private void two(String name, Arrangement[] arrangements, Two method) {
        for (Arrangement each : arrangements) {
            for (int[] r : REGISTERS) {
                Vec to = v(r[0]).as(each);
                Vec from = v(r[1]).as(each);
                add(name + " " + to + ", " + from, a -> method.emit(a, to, from));
            }
        }
    }

    private void byElement(String name, Arrangement[] arrangements, ByElement method) {
        for (Arrangement each : arrangements) {
            for (Element e : elementsOf(each.size() == Size.H ? 15 : 30)) {
                if (e.size() == each.size()) {
                    Vec to = v(9).as(each);
                    Vec first = v(22).as(each);
                    add(name + " " + to + ", " + first + ", " + e, a -> method.emit(a, to, first, e));
                }
            }
        }
    }

    private void pairwise(String name, Two method) {
        for (Arrangement small : TO_WORDS) {
            Arrangement large = Arrangement.of(Size.values()[small.size().ordinal() + 1], small.whole());
            for (int[] r : REGISTERS) {
                Vec to = v(r[0]).as(large);
                Vec from = v(r[1]).as(small);
                add(name + " " + to + ", " + from, a -> method.emit(a, to, from));
            }
        }
    }

    private void products(String name, Three lower, Three upper) {
        for (Arrangement small : TO_WORDS) {
            for (int[] r : REGISTERS) {
                Vec to = v(r[0]).as(twice(small));
                Vec first = v(r[1]).as(small);
                Vec second = v(r[2]).as(small);
                String rest = to + ", " + first + ", " + second;
                add(
                        name + (small.whole() ? "2 " : " ") + rest,
                        a -> (small.whole() ? upper : lower).emit(a, to, first, second));
            }
        }
    }

    private void productsByElement(String name, ByElement lower, ByElement upper) {
        for (Arrangement small : new Arrangement[] {H4, H8, S2, S4}) {
            for (Element e : elementsOf(small.size() == Size.H ? 15 : 30)) {
                if (e.size() == small.size()) {
                    Vec to = v(9).as(twice(small));
                    Vec first = v(22).as(small);
                    String rest = to + ", " + first + ", " + e;
                    add(
                            name + (small.whole() ? "2 " : " ") + rest,
                            a -> (small.whole() ? upper : lower).emit(a, to, first, e));
                }
            }
        }
    }

    private void longer(String name, Two lower, Two upper) {
        for (Arrangement small : TO_WORDS) {
            Vec from = v(21).as(small);
            Vec to = v(14).as(twice(small));
            add(
                    name + (small.whole() ? "2 " : " ") + to + ", " + from,
                    a -> (small.whole() ? upper : lower).emit(a, to, from));
        }
    }

    private void narrower(String name, Two lower, Two upper) {
        for (Arrangement small : TO_WORDS) {
            Vec to = v(21).as(small);
            Vec from = v(14).as(twice(small));
            add(
                    name + (small.whole() ? "2 " : " ") + to + ", " + from,
                    a -> (small.whole() ? upper : lower).emit(a, to, from));
        }
    }

    private void shift(String name, int least, Shift method) {
        for (Arrangement each : INTEGERS) {
            int size = 8 * each.size().bytes();
            for (int bits : new int[] {least, size / 2, size - 1 + least}) {
                Vec to = v(26).as(each);
                Vec from = v(5).as(each);
                add(name + " " + to + ", " + from + ", #" + bits, a -> method.emit(a, to, from, bits));
            }
        }
    }

    private void dot(String name, Three method) {
        for (Arrangement each : BYTES) {
            for (int[] r : REGISTERS) {
                Vec to = v(r[0]).as(each == B8 ? S2 : S4);
                Vec first = v(r[1]).as(each);
                Vec second = v(r[2]).as(each);
                add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
            }
        }
    }

    private void dotByQuad(String name, ByQuad method) {
        for (Arrangement each : BYTES) {
            for (int lane = 0; lane < 4; lane++) {
                for (int[] r : REGISTERS) {
                    Vec to = v(r[0]).as(each == B8 ? S2 : S4);
                    Vec first = v(r[1]).as(each);
                    Quad second = v(r[2]).b4(lane);
                    add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
                }
            }
        }
    }

    private void scalars(String name, Real method) {
        for (Size size : new Size[] {Size.S, Size.D}) {
            for (int[] r : REGISTERS) {
                Scalar to = new Scalar(r[0], size);
                Scalar first = new Scalar(r[1], size);
                Scalar second = new Scalar(r[2], size);
                add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
            }
        }
    }

    private void three(String name, ThreeX method) {
        for (int[] r : REGISTERS) {
            X to = x(r[0]);
            X first = x(r[1]);
            X second = x(r[2]);
            add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
        }
    }

    private void threeW(String name, ThreeW method) {
        for (int[] r : REGISTERS) {
            W to = w(r[0]);
            W first = w(r[1]);
            W second = w(r[2]);
            add(name + " " + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
        }
    }

    private <R> void access(String name, int bytes, R register, Access<R> method) {
        List<Mem> places = new ArrayList<>();
        for (int offset : new int[] {0, 1, bytes, -1, -256, 255, 4095 * bytes}) {
            places.add(Mem.at(x(17), offset));
        }
        places.add(Mem.at(X.SP, 2 * bytes));
        places.add(Mem.at(x(2), x(30)));
        if (bytes > 1) {
            places.add(Mem.at(x(2), x(30), Integer.numberOfTrailingZeros(bytes)));
        }
        places.add(Mem.post(x(9), 255));
        places.add(Mem.post(X.SP, -256));
        places.add(Mem.pre(x(9), 16));
        places.add(Mem.pre(X.SP, -16));
        for (Mem place : places) {
            add(name + " " + register + ", " + place, a -> method.emit(a, register, place));
        }
    }

    private <R> void pair(String name, int bytes, R first, R second, Pair<R> method) {
        List<Mem> places = List.of(
                Mem.at(x(17)),
                Mem.at(X.SP, 2 * bytes),
                Mem.at(x(1), 63 * bytes),
                Mem.at(x(1), -64 * bytes),
                Mem.post(x(9), 2 * bytes),
                Mem.pre(X.SP, -8 * bytes));
        for (Mem place : places) {
            add(name + " " + first + ", " + second + ", " + place, a -> method.emit(a, first, second, place));
        }
    }

    private static List<Element> elementsOf(int register) {
        List<Element> all = new ArrayList<>();
        for (Size size : new Size[] {Size.B, Size.H, Size.S, Size.D}) {
            for (int lane = 0; lane < 16 / size.bytes(); lane++) {
                all.add(new Element(register, size, lane));
            }
        }
        return all;
    }

    /** The arrangement of elements of twice the size that takes the whole register. */
    private static Arrangement twice(Arrangement small) {
        return Arrangement.of(Size.values()[small.size().ordinal() + 1], true);
    }

    private static V v(int index) {
        return new V(index);
    }

    private static X x(int index) {
        return new X(index);
    }

    private static W w(int index) {
        return new W(index);
    }

    private void add(String text, Consumer<Assembler> code) {
        cases.put(text.toLowerCase(java.util.Locale.ROOT), code);
    }

    @Test
    void everyInstructionEqualsTheReferenceAssembler() throws IOException {
        Map<String, byte[]> assembled = new LinkedHashMap<>();
        cases.forEach((text, code) -> {
            Assembler a = new Assembler();
            code.accept(a);
            assembled.put(text, a.finish());
        });
        ReferenceAssembler.requireSame(AssemblerTest.class, assembled);
    }

    /** Finds methods that no case calls. */
    @Test
    void everyMethodHasACase() {
        Set<String> tested = new TreeSet<>(Set.of("bind", "constant", "finish"));
        Map<String, String> ofTwoWords = Map.of("dc", "dcCvau", "ic", "icIvau", "dsb", "dsbIsh", "mrs", "mrsCtrEl0");
        for (String text : cases.keySet()) {
            for (String statement : text.split("; ")) {
                String name = statement.replaceFirst("^[0-9]: ?", "").split("[ .]")[0];
                tested.add(ofTwoWords.getOrDefault(name, name));
            }
        }
        Set<String> missing = new TreeSet<>();
        for (Class<?> type = Assembler.class; type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !tested.contains(method.getName())) {
                    missing.add(method.getName());
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void operandsThatCannotBeEncodedAreRejected() {
        List<Consumer<Assembler>> mistakes = List.of(
                a -> a.add(x(1), x(2), 4097),
                a -> a.add(x(1), x(2), -1),
                a -> a.add(x(1), x(2), 0x1000000),
                a -> a.add(x(1), X.ZR, 1),
                a -> a.mov(X.SP, X.ZR),
                a -> a.cmp(X.SP, x(1)),
                a -> a.movz(x(1), 65536, 0),
                a -> a.movz(x(1), 1, 8),
                a -> a.and(x(1), x(2), 0),
                a -> a.and(x(1), x(2), -1),
                a -> a.and(x(1), x(2), 5),
                a -> a.and(w(1), w(2), 0x12345678),
                a -> a.lsl(x(1), x(2), 64),
                a -> a.lsl(w(1), w(2), 32),
                a -> a.ubfx(x(1), x(2), 60, 5),
                a -> a.ldr(x(1), Mem.at(x(2), 32768)),
                a -> a.ldr(x(1), Mem.at(x(2), 257)),
                a -> a.ldr(x(1), Mem.at(x(2), -257)),
                a -> a.ldr(x(1), Mem.at(x(2), x(3), 2)),
                a -> a.ldr(x(1), Mem.at(X.ZR)),
                a -> a.ldr(x(1), Mem.post(x(2), 256)),
                a -> a.ldp(x(1), x(2), Mem.at(x(3), 512)),
                a -> a.ldp(x(1), x(2), Mem.at(x(3), 4)),
                a -> a.ldp(x(1), x(2), Mem.at(x(3), x(4))),
                a -> a.prfm(Prefetch.PLDL1KEEP, Mem.at(x(1), 4)),
                a -> a.prfm(Prefetch.PLDL1KEEP, Mem.at(x(1), 32768)),
                a -> a.prfm(Prefetch.PLDL1KEEP, Mem.post(x(1), 8)),
                a -> a.ld1(Mem.at(x(1), 16), v(0).b16()),
                a -> a.ld1(Mem.post(x(1), 8), v(0).b16()),
                a -> a.ld1(Mem.at(x(1)), v(0).b16(), v(2).b16()),
                a -> a.ldp(v(0).h(), v(1).h(), Mem.at(x(1))),
                a -> a.shl(v(0).b16(), v(0).b16(), 8),
                a -> a.ushr(v(0).b16(), v(0).b16(), 0),
                a -> a.ushr(v(0).b16(), v(0).b16(), 9),
                a -> a.movi(v(0).b16(), 256),
                a -> a.movi(v(0).b16(), 1, 8),
                a -> a.movi(v(0).s4(), 1, 32),
                a -> a.movi(v(0).d2(), 1),
                a -> a.fmov(v(0).s(), 0f),
                a -> a.fmov(v(0).s(), 1.1f),
                a -> a.fmov(v(0).s(), 32f),
                a -> a.ext(v(0).b8(), v(0).b8(), v(0).b8(), 8),
                a -> a.add(v(0).b16(), v(0).b8(), v(0).b16()),
                a -> a.add(v(0).d1(), v(0).d1(), v(0).d1()),
                a -> a.mul(v(0).d2(), v(0).d2(), v(0).d2()),
                a -> a.and(v(0).s4(), v(0).s4(), v(0).s4()),
                a -> a.fadd(v(0).h8(), v(0).h8(), v(0).h8()),
                a -> a.smull(v(0).h8(), v(0).b16(), v(0).b16()),
                a -> a.smull2(v(0).h8(), v(0).b8(), v(0).b8()),
                a -> a.mla(v(0).h8(), v(0).h8(), v(16).h(0)),
                a -> a.sdot(v(0).s4(), v(0).b8(), v(0).b8()),
                a -> a.xtn(v(0).b16(), v(0).h8()),
                a -> a.dup(v(0).s4(), v(0).h(0)),
                a -> a.tbl(v(0).b16(), v(0).b16(), v(2).b16(), v(3).b16()),
                _ -> v(32),
                _ -> v(0).s(4),
                _ -> v(0).b4(-1),
                _ -> x(32),
                _ -> X.SP.w());
        for (int i = 0; i < mistakes.size(); i++) {
            Consumer<Assembler> mistake = mistakes.get(i);
            assertThrows(IllegalArgumentException.class, () -> mistake.accept(new Assembler()), "mistake " + i);
        }
    }

    @Test
    void labelsBoundTwiceNeverOrOutOfReachAreRejected() {
        Assembler a = new Assembler();
        Label label = new Label();
        a.bind(label);
        assertThrows(IllegalStateException.class, () -> a.bind(label));
        a.b(new Label());
        assertThrows(IllegalStateException.class, a::finish);
        Assembler far = new Assembler();
        Label back = new Label();
        far.bind(back);
        for (int i = 0; i < 8193; i++) {
            far.nop();
        }
        far.tbz(x(0), 0, back);
        assertThrows(IllegalArgumentException.class, far::finish);
    }

    /** Prints the text of all cases, as the input of GNU as. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        new AssemblerTest().cases.keySet().forEach(out::println);
    }
}
