// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

import static dev.myna.kernels.asm.arm64.Arrangement.B16;
import static dev.myna.kernels.asm.arm64.Arrangement.B8;
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
    }

    private void arithmetic() {
        for (int value : new int[] {0, 1, 100, 4095, 4096, 8192, 0xfff000}) {
            add("add x1, x2, #" + value, a -> a.add(x(1), x(2), value));
            add("sub x30, x17, #" + value, a -> a.sub(x(30), x(17), value));
            add("subs x1, x2, #" + value, a -> a.subs(x(1), x(2), value));
            add("cmp x9, #" + value, a -> a.cmp(x(9), value));
        }
        add("add sp, sp, #64", a -> a.add(X.SP, X.SP, 64));
        add("sub sp, sp, #64", a -> a.sub(X.SP, X.SP, 64));
        add("add x1, sp, x2, lsl #3", a -> a.add(x(1), X.SP, x(2), 3));
        add("sub sp, x1, x2", a -> a.sub(X.SP, x(1), x(2)));
        for (int shift : new int[] {0, 1, 31, 63}) {
            String rest = shift == 0 ? "" : ", lsl #" + shift;
            add("add x1, x2, x30" + rest, a -> a.add(x(1), x(2), x(30), shift));
            add("sub x1, xzr, x30" + rest, a -> a.sub(x(1), X.ZR, x(30), shift));
        }
        three("add", Assembler::add);
        three("sub", Assembler::sub);
        three("subs", Assembler::subs);
        three("bic", Assembler::bic);
        three("lsl", Assembler::lsl);
        add("cmp x3, x30", a -> a.cmp(x(3), x(30)));
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
            0xff000000000000ffL
        }) {
            String text = "#0x" + Long.toHexString(mask);
            add("and x1, x30, " + text, a -> a.and(x(1), x(30), mask));
            add("eor x1, xzr, " + text, a -> a.eor(x(1), X.ZR, mask));
        }
        for (int bits : new int[] {0, 1, 4, 31, 32, 63}) {
            add("lsr x1, x30, #" + bits, a -> a.lsr(x(1), x(30), bits));
            add("ubfx x1, x30, #" + bits + ", #1", a -> a.ubfx(x(1), x(30), bits, 1));
            add("ubfx x1, x30, #0, #" + (bits + 1), a -> a.ubfx(x(1), x(30), 0, bits + 1));
        }
    }

    private void memory() {
        access("ldr", 8, x(3), Assembler::ldr);
        access("str", 8, x(30), Assembler::str);
        access("ldrh", 2, w(3), Assembler::ldrh);
        access("strh", 2, w(30), Assembler::strh);
        pair("ldp", 8, x(3), x(30), Assembler::ldp);
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
        add("1: nop; tbz x3, #35, 1b", a -> back(a, label -> a.tbz(x(3), 35, label)));
        add("ldr s1, 1f; ldr d2, 2f; ldr q3, 3f; nop; 3: .quad 1, 2; 2: .quad 3; 1: .word 4", a -> {
            Label s = a.constant(bytes(4, 4));
            Label d = a.constant(bytes(8, 3));
            a.ldr(v(1).s(), s);
            a.ldr(v(2).d(), d);
            byte[] q = new byte[16];
            q[0] = 1;
            q[8] = 2;
            a.ldr(v(3).q(), a.constant(q));
            a.nop();
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
        }
        for (Element e : elementsOf(11)) {
            Scalar scalar = new Scalar(30, e.size());
            add("dup " + scalar + ", " + e, a -> a.dup(scalar, e));
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
                    }
                }
            }
        }
    }

    private void permutations() {
        for (Arrangement each : BYTES) {
            Vec to = new Vec(30, each);
            Vec indices = new Vec(17, each);
            add("tbl " + to + ", {v5.16b}, " + indices, a -> a.tbl(to, v(5).b16(), indices));
        }
        three("zip1", INTEGERS, Assembler::zip1);
        three("zip2", INTEGERS, Assembler::zip2);
        three("trn1", INTEGERS, Assembler::trn1);
        three("trn2", INTEGERS, Assembler::trn2);
    }

    private void vectorBits() {
        three("and", BYTES, Assembler::and);
        three("bic", BYTES, Assembler::bic);
        three("orr", BYTES, Assembler::orr);
        three("eor", BYTES, Assembler::eor);
        three("bit", BYTES, Assembler::bit);
        two("not", BYTES, Assembler::not);
        shift("shl", 0, Assembler::shl);
        shift("sli", 0, Assembler::sli);
        shift("ushr", 1, Assembler::ushr);
        shift("sri", 1, Assembler::sri);
        three("ushl", INTEGERS, Assembler::ushl);
        for (Arrangement small : TO_WORDS) {
            Vec low = v(21).as(small);
            Vec large = v(14).as(twice(small));
            String two = small.whole() ? "2 " : " ";
            for (int bits : new int[] {1, 8 * small.size().bytes()}) {
                String rest = low + ", " + large + ", #" + bits;
                add("shrn" + two + rest, a -> pick(small, a::shrn, a::shrn2).emit(low, large, bits));
            }
        }
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
        three("addp", INTEGERS, Assembler::addp);
        three("smax", TO_WORDS, Assembler::smax);
        three("cmtst", INTEGERS, Assembler::cmtst);
        products("smull ", false, Assembler::smull);
        products("smlal2 ", true, Assembler::smlal2);
        pairwise("saddlp", Assembler::saddlp);
        pairwise("sadalp", Assembler::sadalp);
        for (Arrangement each : new Arrangement[] {B8, B16, H4, H8, S4}) {
            Scalar to = new Scalar(30, each.size());
            Vec from = v(17).as(each);
            add("addv " + to + ", " + from, a -> a.addv(to, from));
            add("smaxv " + to + ", " + from, a -> a.smaxv(to, from));
        }
    }

    private void dots() {
        dot("sdot", Assembler::sdot);
        dotByQuad("sdot", Assembler::sdot);
        for (int[] r : REGISTERS) {
            Vec to = v(r[0]).s4();
            Vec first = v(r[1]).b16();
            Vec second = v(r[2]).b16();
            String rest = to + ", " + first + ", " + second;
            add("smmla " + rest, a -> a.smmla(to, first, second));
        }
    }

    private void reals() {
        three("fadd", REALS, Assembler::fadd);
        three("fmul", REALS, Assembler::fmul);
        three("fmla", REALS, Assembler::fmla);
        three("faddp", REALS, Assembler::faddp);
        byElement("fmul", REALS, Assembler::fmul);
        byElement("fmla", REALS, Assembler::fmla);
        two("fabs", REALS, Assembler::fabs);
        two("fneg", REALS, Assembler::fneg);
        two("fcvtns", REALS, Assembler::fcvtns);
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
            } else {
                add("fcvtl " + large + ", " + low, a -> a.fcvtl(large, low));
            }
        }
        add("faddp s3, v30.2s", a -> a.faddp(v(3).s(), v(30).s2()));
        add("faddp d3, v30.2d", a -> a.faddp(v(3).d(), v(30).d2()));
        scalars("fmul", Assembler::fmul);
        scalars("fdiv", Assembler::fdiv);
        scalars("fmax", Assembler::fmax);
        for (int lane = 0; lane < 4; lane++) {
            Element e = v(30).s(lane);
            add("fmul s3, s17, " + e, a -> a.fmul(v(3).s(), v(17).s(), e));
        }
        add("fmul d3, d17, v30.d[1]", a -> a.fmul(v(3).d(), v(17).d(), v(30).d(1)));
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

    private void products(String name, boolean upper, Three method) {
        for (Arrangement small : TO_WORDS) {
            for (int[] r : REGISTERS) {
                if (small.whole() == upper) {
                    Vec to = v(r[0]).as(twice(small));
                    Vec first = v(r[1]).as(small);
                    Vec second = v(r[2]).as(small);
                    add(name + to + ", " + first + ", " + second, a -> method.emit(a, to, first, second));
                }
            }
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
                a -> a.ldp(v(0).h(), v(1).h(), Mem.at(x(1))),
                a -> a.shl(v(0).b16(), v(0).b16(), 8),
                a -> a.ushr(v(0).b16(), v(0).b16(), 0),
                a -> a.ushr(v(0).b16(), v(0).b16(), 9),
                a -> a.movi(v(0).b16(), 256),
                a -> a.movi(v(0).b16(), 1, 8),
                a -> a.movi(v(0).s4(), 1, 32),
                a -> a.movi(v(0).d2(), 1),
                a -> a.add(v(0).b16(), v(0).b8(), v(0).b16()),
                a -> a.add(v(0).d1(), v(0).d1(), v(0).d1()),
                a -> a.mul(v(0).d2(), v(0).d2(), v(0).d2()),
                a -> a.and(v(0).s4(), v(0).s4(), v(0).s4()),
                a -> a.fadd(v(0).h8(), v(0).h8(), v(0).h8()),
                a -> a.smull(v(0).h8(), v(0).b16(), v(0).b16()),
                a -> a.sdot(v(0).s4(), v(0).b8(), v(0).b8()),
                a -> a.xtn(v(0).b16(), v(0).h8()),
                a -> a.dup(v(0).s4(), v(0).h(0)),
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
