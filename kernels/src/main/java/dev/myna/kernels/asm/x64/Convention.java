// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

import static dev.myna.kernels.asm.x64.Gpr.R12;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R14;
import static dev.myna.kernels.asm.x64.Gpr.R15;
import static dev.myna.kernels.asm.x64.Gpr.RBP;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RCX;
import static dev.myna.kernels.asm.x64.Gpr.RDI;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.asm.x64.Gpr.RSP;

import dev.myna.kernels.asm.Platform;
import java.util.List;

/**
 * A calling convention: the register of a kernel's one argument, which is the address of its arguments, and the registers to
 * preserve.
 */
public enum Convention {
    /** System V, as on Linux, BSD and macOS. */
    SYSTEM_V(RDI, List.of(RBX, RBP, R12, R13, R14, R15), 0),
    /** Microsoft x64: it preserves xmm6 to xmm15 as well. */
    WINDOWS(RCX, List.of(RBX, RBP, RDI, RSI, R12, R13, R14, R15), 10);

    /** The register that holds the address of the arguments in all kernels. */
    public static final Gpr ARGUMENTS = R15;

    private static final int FIRST_SAVED_VECTOR = 6;

    private final Gpr argument;
    private final List<Gpr> saved;
    private final int savedVectors;

    Convention(Gpr argument, List<Gpr> saved, int savedVectors) {
        this.argument = argument;
        this.saved = saved;
        this.savedVectors = savedVectors;
    }

    /** The convention of this operating system. */
    public static Convention here() {
        return Platform.WINDOWS ? WINDOWS : SYSTEM_V;
    }

    public void enter(Assembler a) {
        enterScalar(a);
        if (savedVectors > 0) {
            a.sub(RSP, 16 * savedVectors);
            for (int i = 0; i < savedVectors; i++) {
                a.vmovups(Mem.at(RSP, 16 * i), new Vec(FIRST_SAVED_VECTOR + i, 16));
            }
        }
    }

    public void leave(Assembler a) {
        a.vzeroupper();
        for (int i = 0; i < savedVectors; i++) {
            a.vmovups(new Vec(FIRST_SAVED_VECTOR + i, 16), Mem.at(RSP, 16 * i));
        }
        if (savedVectors > 0) {
            a.add(RSP, 16 * savedVectors);
        }
        leaveScalar(a);
    }

    /** The prologue of code that uses no vector register, and may run on a processor without AVX. */
    public void enterScalar(Assembler a) {
        saved.forEach(a::push);
        a.mov(ARGUMENTS, argument);
    }

    public void leaveScalar(Assembler a) {
        saved.reversed().forEach(a::pop);
        a.ret();
    }
}
