// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.ReferenceAssembler;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Every instruction has the bytes that GNU as gives for its text. {@code as.txt} beside this class has texts and bytes; {@code
 * bench/assemble} makes it from the output of {@link #main}.
 */
class AssemblerTest {
    private static final Vec[] LOW = {new Vec(1, 0), new Vec(2, 0), new Vec(3, 0)};
    private static final Vec[] MIXED = {new Vec(9, 0), new Vec(5, 0), new Vec(12, 0)};
    private static final Vec[] HIGH = {new Vec(17, 0), new Vec(30, 0), new Vec(25, 0)};

    private final Map<String, Consumer<Assembler>> cases = new LinkedHashMap<>();

    private interface Three {
        void emit(Assembler a, Vec to, Vec first, Operand second);
    }

    private interface Two {
        void emit(Assembler a, Vec to, Operand from);
    }

    AssemblerTest() {
        integers();
        moves();
        lanes();
        arithmetic();
    }

    private void integers() {
        for (Gpr r : Gpr.values()) {
            add("push " + r, a -> a.push(r));
            add("pop " + r, a -> a.pop(r));
            add("mov " + r + ", r11", a -> a.mov(r, Gpr.R11));
            add("mov " + wide(r) + ", 305419896", a -> a.mov32(r, 305419896));
            add("add " + r + ", 100", a -> a.add(r, 100));
            add("add " + r + ", 1000", a -> a.add(r, 1000));
            add("lea " + r + ", [r13 + r9*4 + 64]", a -> a.lea(r, Mem.at(Gpr.R13, Gpr.R9, 4, 64)));
            for (int disp : new int[] {0, 8, -128, 128, 100000}) {
                add("mov rdx, [" + r + signed(disp) + "]", a -> a.mov(Gpr.RDX, Mem.at(r, disp)));
                add("mov r10d, [" + r + signed(disp) + "]", a -> a.mov32(Gpr.R10, Mem.at(r, disp)));
            }
        }
        add("mov [rbx + rsi*8 - 16], rax", a -> a.mov(Mem.at(Gpr.RBX, Gpr.RSI, 8, -16), Gpr.RAX));
        add("mov [rbx + r14 + 4], ecx", a -> a.mov32(Mem.at(Gpr.RBX, Gpr.R14, 1, 4), Gpr.RCX));
        add("add rcx, r13", a -> a.add(Gpr.RCX, Gpr.R13));
        add("add r8, [r15 + 88]", a -> a.add(Gpr.R8, Mem.at(Gpr.R15, 88)));
        add("sub r12, r12", a -> a.sub(Gpr.R12, Gpr.R12));
        add("sub rsp, 160", a -> a.sub(Gpr.RSP, 160));
        add("and ecx, 134217728", a -> a.and32(Gpr.RCX, 134217728));
        add("and eax, 134217728", a -> a.and32(Gpr.RAX, 134217728));
        add("or rdi, r9", a -> a.or(Gpr.RDI, Gpr.R9));
        add("shl rdi, 32", a -> a.shl(Gpr.RDI, 32));
        add("shl r10, 32", a -> a.shl(Gpr.R10, 32));
        add("shr eax, 4", a -> a.shr32(Gpr.RAX, 4));
        add("shr r9d, 4", a -> a.shr32(Gpr.R9, 4));
        add("shl rax, cl", a -> a.shlByCl(Gpr.RAX));
        add("cmp rax, 7", a -> a.cmp(Gpr.RAX, 7));
        add("test r11, r11", a -> a.test(Gpr.R11, Gpr.R11));
        add("dec rbp", a -> a.dec(Gpr.RBP));
        add("ret", Assembler::ret);
        add("rep movsb", Assembler::repMovsb);
        add("cpuid", Assembler::cpuid);
        add("xgetbv", Assembler::xgetbv);
        add("vzeroupper", Assembler::vzeroupper);
        add("prefetcht1 [rsi + 2048]", a -> a.prefetcht1(Mem.at(Gpr.RSI, 2048)));
        add("prefetcht1 [r9 + r13*2]", a -> a.prefetcht1(Mem.at(Gpr.R9, Gpr.R13, 2, 0)));
        add("kmovw k1, eax", a -> a.kmovw(Mask.K1, Gpr.RAX));
        add("kmovw k7, r9d", a -> a.kmovw(Mask.K7, Gpr.R9));
    }

    private void moves() {
        for (int bytes : new int[] {16, 32, 64}) {
            two("vmovups", bytes, true, true, (a, to, from) -> a.vmovups(to, from));
            for (Mem m : places(bytes)) {
                for (Vec v : new Vec[] {reg(4, bytes), reg(11, bytes), reg(20, bytes)}) {
                    if (bytes == 64 || v.index() < 16) {
                        add("vmovups " + text(m) + ", " + text(v), a -> a.vmovups(m, v));
                    }
                }
            }
        }
        Mem at = Mem.at(Gpr.R8, 128);
        add("vmovups zmm3{k1}, [r8 + 128]", a -> a.vmovups(reg(3, 64), Mask.K1, false, at));
        add("vmovups zmm19{k2}{z}, [r8 + 128]", a -> a.vmovups(reg(19, 64), Mask.K2, true, at));
        add("vmovups [r8 + 128]{k1}, zmm3", a -> a.vmovups(at, Mask.K1, reg(3, 64)));
        add("vmaskmovps [r8 + 128], ymm4, ymm13", a -> a.vmaskmovps(at, reg(4, 32), reg(13, 32)));
        for (int index : new int[] {2, 13, 21}) {
            Vec x = reg(index, 16);
            String name = text(x);
            add("vmovss " + name + ", dword ptr [r8 + 128]", a -> a.vmovss(x, at));
            add("vmovss dword ptr [r8 + 128], " + name, a -> a.vmovss(at, x));
            add("vpinsrw " + name + ", " + name + ", [r8 + 128], 5", a -> a.vpinsrw(x, x, at, 5));
        }
    }

    private void lanes() {
        for (int bytes : new int[] {32, 64}) {
            two("vbroadcastss", bytes, false, false, Assembler::vbroadcastss);
            two("vpbroadcastw", bytes, false, false, Assembler::vpbroadcastw);
            three("vpermps", bytes, Assembler::vpermps);
            three("vpermd", bytes, Assembler::vpermd);
            three("vpermt2w", bytes, Assembler::vpermt2w);
            three("vunpcklps", bytes, Assembler::vunpcklps);
            three("vunpckhps", bytes, Assembler::vunpckhps);
            three("vpackssdw", bytes, Assembler::vpackssdw);
            three("vpacksswb", bytes, Assembler::vpacksswb);
            three("vpshufb", bytes, Assembler::vpshufb);
            registers("vunpcklpd", bytes, "", (a, to, x, y) -> a.vunpcklpd(to, x, (Vec) y));
            registers("vunpckhpd", bytes, "", (a, to, x, y) -> a.vunpckhpd(to, x, (Vec) y));
            registers("vshufps", bytes, ", 27", (a, to, x, y) -> a.vshufps(to, x, (Vec) y, 27));
            narrow("vcvtph2ps", bytes, 2, Assembler::vcvtph2ps);
            narrow("vpmovzxwd", bytes, 2, Assembler::vpmovzxwd);
            narrow("vpmovzxbd", bytes, 4, Assembler::vpmovzxbd);
            narrow("vpmovsxbd", bytes, 4, Assembler::vpmovsxbd);
            two("vcvtdq2ps", bytes, true, true, Assembler::vcvtdq2ps);
            two("vcvtps2dq", bytes, true, true, Assembler::vcvtps2dq);
        }
        registers("vshufi32x4", 64, ", 136", (a, to, x, y) -> a.vshufi32x4(to, x, (Vec) y, 136));
        three("vprolvd", 64, Assembler::vprolvd);
        registers("vpternlogd", 64, ", 248", (a, to, x, y) -> a.vpternlogd(to, x, y, 248));
        add(
                "vpternlogd zmm21, zmm3, [rsi + 128], 248",
                a -> a.vpternlogd(reg(21, 64), reg(3, 64), Mem.at(Gpr.RSI, 128), 248));
        add("vperm2i128 ymm3, ymm9, ymm4, 49", a -> a.vperm2i128(reg(3, 32), reg(9, 32), reg(4, 32), 49));
        Mem at = Mem.at(Gpr.RSI, 96);
        add("vbroadcasti128 ymm5, [rsi + 96]", a -> a.vbroadcasti128(reg(5, 32), at));
        add("vbroadcasti32x4 zmm5, [rsi + 96]", a -> a.vbroadcasti128(reg(5, 64), at));
        add("vbroadcasti32x4 zmm21{k1}, [rsi + 96]", a -> a.vbroadcasti128(reg(21, 64), Mask.K1, at));
        add("vbroadcasti64x4 zmm21, [rsi + 96]", a -> a.vbroadcasti256(reg(21, 64), at));
        add("vinserti128 ymm5, ymm9, [rsi + 96], 1", a -> a.vinserti128(reg(5, 32), reg(9, 32), at));
        add("vextracti128 xmm2, ymm9, 1", a -> a.vextract128(reg(2, 16), reg(9, 32), 1));
        add("vextracti128 [rsi + 96], ymm9, 1", a -> a.vextract128(at, reg(9, 32), 1));
        add("vextracti32x4 xmm2, ymm19, 1", a -> a.vextract128(reg(2, 16), reg(19, 32), 1));
        add("vextracti64x4 ymm2, zmm19, 1", a -> a.vextract256(reg(2, 32), reg(19, 64), 1));
        add("vextracti64x4 [rsi + 96], zmm1, 1", a -> a.vextract256(at, reg(1, 64), 1));
        add("vpmovdb [rsi + 96], zmm1", a -> a.vpmovdb(at, reg(1, 64)));
        add("vpmovdb xmm3, zmm19", a -> a.vpmovdb(reg(3, 16), reg(19, 64)));
    }

    private void arithmetic() {
        for (int bytes : new int[] {16, 32, 64}) {
            three("vaddps", bytes, Assembler::vaddps);
            three("vmulps", bytes, Assembler::vmulps);
            three("vdivps", bytes, Assembler::vdivps);
            three("vmaxps", bytes, Assembler::vmaxps);
            three("vfmadd213ps", bytes, Assembler::vfmadd213ps);
            three("vfmadd231ps", bytes, Assembler::vfmadd231ps);
            three("vfnmadd231ps", bytes, Assembler::vfnmadd231ps);
            three("vpaddd", bytes, Assembler::vpaddd);
            three("vpsubd", bytes, Assembler::vpsubd);
            three("vpaddw", bytes, Assembler::vpaddw);
            two("vpabsb", bytes, true, true, Assembler::vpabsb);
            if (bytes < 64) {
                three("vpsignb", bytes, Assembler::vpsignb);
            }
            three("vpminub", bytes, Assembler::vpminub);
            three("vpmaxsd", bytes, Assembler::vpmaxsd);
            three("vpsrlvd", bytes, Assembler::vpsrlvd);
            three("vpsllvd", bytes, Assembler::vpsllvd);
            three("vpmaddubsw", bytes, Assembler::vpmaddubsw);
            three("vpmaddwd", bytes, Assembler::vpmaddwd);
            three(bytes == 64 ? "vpandd" : "vpand", bytes, Assembler::vpandd);
            three(bytes == 64 ? "vpord" : "vpor", bytes, Assembler::vpord);
            three(bytes == 64 ? "vpxord" : "vpxor", bytes, Assembler::vpxord);
            three(bytes == 64 ? "vpdpbusd" : "{vex} vpdpbusd", bytes, Assembler::vpdpbusd);
            for (int index : bytes == 64 ? new int[] {3, 13, 20} : new int[] {3, 13}) {
                Vec v = reg(index, bytes);
                add("vpsrld " + text(v) + ", " + text(reg(7, bytes)) + ", 4", a -> a.vpsrld(v, reg(7, bytes), 4));
                add("vpsrad " + text(v) + ", " + text(reg(7, bytes)) + ", 31", a -> a.vpsrad(v, reg(7, bytes), 31));
                add("vpslld " + text(v) + ", " + text(reg(7, bytes)) + ", 4", a -> a.vpslld(v, reg(7, bytes), 4));
            }
        }
    }

    private void three(String name, int bytes, Three method) {
        registers(name, bytes, "", method);
        int i = 0;
        for (Mem m : places(bytes)) {
            Vec to = reg(bytes == 64 ? 3 * i % 32 : i % 16, bytes);
            Vec first = reg(bytes == 64 ? 7 * i % 32 : 5 * i % 16, bytes);
            add(name + " " + text(to) + ", " + text(first) + ", " + text(m), a -> method.emit(a, to, first, m));
            i++;
        }
    }

    private void registers(String name, int bytes, String rest, Three method) {
        for (Vec[] set : bytes == 64 ? new Vec[][] {LOW, MIXED, HIGH} : new Vec[][] {LOW, MIXED}) {
            Vec to = set[0].as(bytes);
            Vec first = set[1].as(bytes);
            Vec second = set[2].as(bytes);
            add(
                    name + " " + text(to) + ", " + text(first) + ", " + text(second) + rest,
                    a -> method.emit(a, to, first, second));
        }
    }

    private void two(String name, int bytes, boolean wholeFrom, boolean fromRegister, Two method) {
        for (Mem m : places(bytes)) {
            for (int index : bytes == 64 ? new int[] {4, 11, 20} : new int[] {4, 11}) {
                Vec to = reg(index, bytes);
                add(name + " " + text(to) + ", " + text(m), a -> method.emit(a, to, m));
            }
        }
        Vec from = reg(6, wholeFrom ? bytes : 16);
        if (fromRegister || !wholeFrom) {
            add(name + " " + text(reg(3, bytes)) + ", " + text(from), a -> method.emit(a, reg(3, bytes), from));
        }
    }

    private void narrow(String name, int bytes, int factor, Two method) {
        two(name, bytes, true, false, method);
        Vec from = reg(6, Math.max(16, bytes / factor));
        add(name + " " + text(reg(3, bytes)) + ", " + text(from), a -> method.emit(a, reg(3, bytes), from));
    }

    private static List<Mem> places(int bytes) {
        return List.of(
                Mem.at(Gpr.RAX, 0),
                Mem.at(Gpr.RBP, 0),
                Mem.at(Gpr.R13, bytes),
                Mem.at(Gpr.RSP, 2 * bytes),
                Mem.at(Gpr.R12, -bytes),
                Mem.at(Gpr.RCX, 127 * bytes),
                Mem.at(Gpr.RDI, 4096),
                Mem.at(Gpr.R8, 5),
                Mem.at(Gpr.R15, Gpr.R14, 1, 0),
                Mem.at(Gpr.RSI, Gpr.RBX, 4, 12345));
    }

    private static Vec reg(int index, int bytes) {
        return new Vec(index, bytes);
    }

    private void add(String text, Consumer<Assembler> code) {
        cases.put(text.toLowerCase(java.util.Locale.ROOT), code);
    }

    private static String text(Vec v) {
        return (v.bytes() == 64 ? "zmm" : v.bytes() == 32 ? "ymm" : "xmm") + v.index();
    }

    private static String text(Mem m) {
        String index = m.index() == null ? "" : " + " + m.index() + "*" + m.scale();
        return ("[" + m.base() + index + signed(m.disp()) + "]").toLowerCase(java.util.Locale.ROOT);
    }

    private static String signed(int disp) {
        return disp == 0 ? "" : disp < 0 ? " - " + -disp : " + " + disp;
    }

    private static String wide(Gpr r) {
        return r.ordinal() < 8 ? "E" + r.name().substring(1) : r + "D";
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
        Set<String> tested = new TreeSet<>(Set.of("constant", "jump"));
        cases.keySet().forEach(text -> tested.add(text.replace("{vex} ", "").split(" ")[0]));
        Set<String> missing = new TreeSet<>();
        Map<String, String> others =
                Map.of("mov32", "mov", "and32", "and", "shr32", "shr", "shlByCl", "shl", "repMovsb", "rep");
        Map<String, String> more = Map.of(
                "vextract128", "vextracti128", "vextract256", "vextracti64x4", "vbroadcasti256", "vbroadcasti64x4");
        for (Method method : Assembler.class.getDeclaredMethods()) {
            String name = method.getName();
            String text = others.getOrDefault(name, more.getOrDefault(name, name));
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !tested.contains(text)) {
                missing.add(name);
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void jumpsEncodeTheDistanceToTheirLabels() {
        Assembler a = new Assembler();
        Label back = new Label();
        Label forward = new Label();
        a.bind(back);
        a.jump(Condition.ZERO, forward);
        a.jump(Condition.NOT_ZERO, back);
        a.jump(forward);
        a.jump(back);
        a.bind(forward);
        a.ret();
        assertEquals(
                "0f8409000000" + "75f8" + "e902000000" + "ebf1" + "c3",
                HexFormat.of().formatHex(a.finish()));
    }

    @Test
    void farJumpsBackTakeTheLongForm() {
        Assembler a = new Assembler();
        Label back = new Label();
        a.bind(back);
        for (int i = 0; i < 127; i++) {
            a.ret();
        }
        a.jump(Condition.BELOW, back);
        String hex = HexFormat.of().formatHex(a.finish());
        assertTrue(hex.endsWith("c30f827bffffff"), hex.substring(hex.length() - 20));
    }

    @Test
    void constantsAreAlignedSharedAndAddressed() {
        Assembler a = new Assembler();
        a.vmovups(reg(1, 16), a.constant(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
        a.vpinsrw(reg(1, 16), reg(1, 16), a.constant(new byte[] {1, 2}), 3);
        a.vpinsrw(reg(1, 16), reg(1, 16), a.constant(new byte[] {1, 2}), 3);
        byte[] code = a.finish();
        // Offsets count from the end of an instruction, behind its immediate.
        assertEquals(
                "c5f8100d18000000" + "c5f1c40d1f00000003" + "c5f1c40d1600000003",
                HexFormat.of().formatHex(code, 0, 26));
        assertEquals(50, code.length);
        assertEquals(1, code[32]);
        assertEquals(2, code[49]);
    }

    @Test
    void labelsBoundTwiceOrNeverAndInvalidOperandsAreRejected() {
        Assembler a = new Assembler();
        Label label = new Label();
        a.bind(label);
        assertThrows(IllegalStateException.class, () -> a.bind(label));
        a.jump(new Label());
        assertThrows(IllegalStateException.class, a::finish);
        assertThrows(IllegalArgumentException.class, () -> Mem.at(Gpr.RAX, Gpr.RSP, 1, 0));
        assertFalse(new Label().bound());
    }

    /** Prints the text of all cases, as the input of GNU as. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        new AssemblerTest().cases.keySet().forEach(out::println);
    }
}
