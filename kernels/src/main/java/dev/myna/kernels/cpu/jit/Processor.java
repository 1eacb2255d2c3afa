// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.RAX;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.Gpr.RCX;

import dev.myna.kernels.cpu.jit.contract.Isa;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What this processor, and the operating system for it, can do: the answers of CPUID and XGETBV. */
final class Processor {
    private static final int LEAF1_C = 0;
    private static final int LEAF7_B = 4;
    private static final int LEAF7_C = 8;
    private static final int LEAF7_1_A = 12;
    private static final int STATE = 16;

    private Processor() {}

    /** Asks the processor that runs this for the instruction sets that can be used, best first. */
    static List<Isa> sets(CodeBuffer memory, Convention convention) throws RefusedException {
        int[] words = new int[5];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answers = arena.allocate(4L * words.length, 8);
            memory.load("cpuid", questions(convention)).call(answers.address());
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
        List<Isa> sets = new ArrayList<>();
        if (avx512 && bit(words[LEAF7_C / 4], 11)) {
            sets.add(Isa.AVX512_VNNI);
        }
        if (avx512) {
            sets.add(Isa.AVX512);
        }
        if (avx2 && bit(words[LEAF7_1_A / 4], 4)) {
            sets.add(Isa.AVX2_VNNI);
        }
        if (avx2) {
            sets.add(Isa.AVX2);
        }
        return sets;
    }

    private static boolean bit(int word, int number) {
        return (word >>> number & 1) == 1;
    }

    private static byte[] questions(Convention convention) {
        Assembler a = new Assembler();
        convention.enterScalar(a);
        Label end = new Label();
        // Leaf 0: the highest leaf. Without leaf 7 there is nothing to find; without OSXSAVE no vectors can be used.
        a.sub(RCX, RCX);
        a.sub(RAX, RAX);
        a.cpuid();
        a.cmp(RAX, 7);
        a.jump(Assembler.Condition.BELOW, end);
        a.mov32(RAX, 1);
        a.sub(RCX, RCX);
        a.cpuid();
        a.mov32(KernelCode.argument(LEAF1_C), RCX);
        a.and32(RCX, 1 << 27);
        a.test(RCX, RCX);
        a.jump(Assembler.Condition.ZERO, end);
        a.mov32(RAX, 7);
        a.sub(RCX, RCX);
        a.cpuid();
        a.mov32(KernelCode.argument(LEAF7_B), RBX);
        a.mov32(KernelCode.argument(LEAF7_C), RCX);
        a.test(RAX, RAX);
        Label state = new Label();
        a.jump(Assembler.Condition.ZERO, state);
        a.mov32(RAX, 7);
        a.mov32(RCX, 1);
        a.cpuid();
        a.mov32(KernelCode.argument(LEAF7_1_A), RAX);
        a.bind(state);
        a.sub(RCX, RCX);
        a.xgetbv();
        a.mov32(KernelCode.argument(STATE), RAX);
        a.bind(end);
        convention.leaveScalar(a);
        return a.finish();
    }
}
