// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import static dev.myna.kernels.asm.arm64.X.X0;
import static dev.myna.kernels.asm.arm64.X.X1;
import static dev.myna.kernels.asm.arm64.X.X2;
import static dev.myna.kernels.asm.arm64.X.X3;
import static dev.myna.kernels.asm.arm64.X.X4;
import static dev.myna.kernels.asm.arm64.X.X5;
import static dev.myna.kernels.asm.arm64.X.X6;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.X;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/** Makes code that was written as data visible to instruction fetch. */
sealed interface InstructionCache {

    /** After this call processors fetch the instructions that {@code code} now holds. */
    void publish(MemorySegment code);

    /** x86-64: the hardware keeps instruction caches coherent. */
    record Coherent() implements InstructionCache {
        @Override
        public void publish(MemorySegment code) {}
    }

    /** Arm with macOS: a function of the system does it. */
    final class BySystem implements InstructionCache {
        private final SystemFunctions system;
        private final MemorySegment invalidate;

        BySystem(SystemFunctions system) throws RefusedException {
            this.system = system;
            invalidate = system.find("sys_icache_invalidate");
        }

        @Override
        public void publish(MemorySegment code) {
            system.call(invalidate, code.address(), code.byteSize(), 0, 0, 0, 0);
        }
    }

    /**
     * Arm with Linux, by the instructions of the architecture (Arm Architecture Reference Manual, B2.7.4.2): clean the lines of
     * the data cache, wait, invalidate the lines of the instruction cache, wait, fetch again. CTR_EL0 has the lengths of the
     * lines; where it says that a step is not needed (IDC, DIC), the step is harmless.
     *
     * <p>These instructions are machine code, too, and nothing publishes them. Two facts make them safe to run. Linux does the
     * same maintenance when a page becomes executable that was not (this page is fresh, so it has not been cleaned before, and
     * mprotect cleans it). And its address was not executable before, so no processor has fetched instructions from it. Other
     * kernels do not rely on this, because it is the practice of Linux and no guarantee of the architecture.
     */
    final class ByLines implements InstructionCache {
        private static final int FROM = 0;
        private static final int TO = 8;

        private final Kernel kernel;

        /** @param kernel made from {@link #code} */
        ByLines(Kernel kernel) {
            this.kernel = kernel;
        }

        static byte[] code() {
            Assembler a = new Assembler();
            a.ldp(X1, X2, Mem.at(X0));
            a.mrsCtrEl0(X3);
            // DminLine and IminLine: binary logarithms of the line lengths in words.
            a.ubfx(X4, X3, 16, 4);
            everyLine(a, X4, a::dcCvau);
            a.dsbIsh();
            a.ubfx(X4, X3, 0, 4);
            everyLine(a, X4, a::icIvau);
            a.dsbIsh();
            a.isb();
            a.ret();
            return a.finish();
        }

        /** Applies {@code maintenance} to each line from x1 to x2; {@code log} is the binary logarithm of its words. */
        private static void everyLine(Assembler a, X log, Consumer<X> maintenance) {
            Label next = new Label();
            a.mov(X5, 4);
            a.lsl(X5, X5, log);
            a.sub(X6, X5, 1);
            a.bic(X6, X1, X6);
            a.bind(next);
            maintenance.accept(X6);
            a.add(X6, X6, X5);
            a.cmp(X6, X2);
            a.b(Condition.LO, next);
        }

        @Override
        public void publish(MemorySegment code) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment arguments = arena.allocate(16, 8);
                arguments.set(ValueLayout.JAVA_LONG, FROM, code.address());
                arguments.set(ValueLayout.JAVA_LONG, TO, code.address() + code.byteSize());
                kernel.call(arguments.address());
            }
        }
    }
}
