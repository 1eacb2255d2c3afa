// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RCX;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The vector extensions that this x86-64 processor has and its operating system supports, as CPUID and XGETBV report them
 * (Intel SDM volume 2).
 *
 * @param avx2 AVX2, with FMA and F16C
 * @param avxVnni AVX-VNNI: dot products of bytes in 32-byte vectors
 * @param avx512 AVX-512 F, DQ, BW and VL
 * @param avx512Vnni AVX-512 VNNI: dot products of bytes in 64-byte vectors
 */
public record X64Processor(boolean avx2, boolean avxVnni, boolean avx512, boolean avx512Vnni) {
    private static final int LEAF1_C = 0;
    private static final int LEAF7_B = 4;
    private static final int LEAF7_C = 8;
    private static final int LEAF7_1_A = 12;
    private static final int STATE = 16;

    /**
     * Runs the code that asks the processor.
     *
     * @param cpuid made from {@link #code}
     */
    public static X64Processor ask(Kernel cpuid) {
        int[] words = new int[5];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answers = arena.allocate(4L * words.length, 8);
            cpuid.call(answers.address());
            MemorySegment.copy(answers, ValueLayout.JAVA_INT, 0, words, 0, words.length);
        }
        int leaf1 = words[LEAF1_C / 4];
        int leaf7 = words[LEAF7_B / 4];
        // FMA, F16C, and registers of 256 bits that the system saves
        boolean avx2 = bit(leaf1, 12) && bit(leaf1, 29) && bit(leaf7, 5) && (words[STATE / 4] & 6) == 6;
        // F, DQ, BW, VL, and the mask and 512-bit registers
        boolean avx512 = avx2
                && bit(leaf7, 16)
                && bit(leaf7, 17)
                && bit(leaf7, 30)
                && bit(leaf7, 31)
                && (words[STATE / 4] & 0xe6) == 0xe6;
        return new X64Processor(
                avx2, avx2 && bit(words[LEAF7_1_A / 4], 4), avx512, avx512 && bit(words[LEAF7_C / 4], 11));
    }

    private static boolean bit(int word, int number) {
        return (word >>> number & 1) == 1;
    }

    /** Code that stores what CPUID and XGETBV return at its argument. It uses no vector register. */
    public static byte[] code(Convention convention) {
        Assembler a = new Assembler();
        convention.enterScalar(a);
        Label end = new Label();
        // Leaf 0: the highest leaf. Without leaf 7 there is nothing to find; without OSXSAVE no vectors can be used.
        a.sub(RCX, RCX);
        a.sub(RAX, RAX);
        a.cpuid();
        a.cmp(RAX, 7);
        a.jump(Condition.BELOW, end);
        a.mov32(RAX, 1);
        a.sub(RCX, RCX);
        a.cpuid();
        store(a, LEAF1_C, RCX);
        a.and32(RCX, 1 << 27);
        a.test(RCX, RCX);
        a.jump(Condition.ZERO, end);
        a.mov32(RAX, 7);
        a.sub(RCX, RCX);
        a.cpuid();
        store(a, LEAF7_B, RBX);
        store(a, LEAF7_C, RCX);
        a.test(RAX, RAX);
        Label state = new Label();
        a.jump(Condition.ZERO, state);
        a.mov32(RAX, 7);
        a.mov32(RCX, 1);
        a.cpuid();
        store(a, LEAF7_1_A, RAX);
        a.bind(state);
        a.sub(RCX, RCX);
        a.xgetbv();
        store(a, STATE, RAX);
        a.bind(end);
        convention.leaveScalar(a);
        return a.finish();
    }

    private static void store(Assembler a, int offset, Gpr value) {
        a.mov32(Mem.at(Convention.ARGUMENTS, offset), value);
    }
}
