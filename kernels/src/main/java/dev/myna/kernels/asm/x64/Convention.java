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

/** How a system passes the one argument of a kernel, the address of its arguments, and what a callee must keep. */
public enum Convention {
    /** System V, as on Linux, BSD and macOS. */
    SYSTEM_V(RDI, List.of(RBX, RBP, R12, R13, R14, R15), 0),
    /** Microsoft x64: xmm6 to xmm15 are kept, too. */
    WINDOWS(RCX, List.of(RBX, RBP, RDI, RSI, R12, R13, R14, R15), 10);

    /** Where kernels find the address of their arguments. */
    public static final Gpr ARGUMENTS = R15;

    private static final int FIRST_KEPT_VECTOR = 6;

    private final Gpr argument;
    private final List<Gpr> kept;
    private final int keptVectors;

    Convention(Gpr argument, List<Gpr> kept, int keptVectors) {
        this.argument = argument;
        this.kept = kept;
        this.keptVectors = keptVectors;
    }

    /** Of this system. */
    public static Convention here() {
        return Platform.WINDOWS ? WINDOWS : SYSTEM_V;
    }

    public void enter(Assembler a) {
        enterScalar(a);
        if (keptVectors > 0) {
            a.sub(RSP, 16 * keptVectors);
            for (int i = 0; i < keptVectors; i++) {
                a.vmovups(Mem.at(RSP, 16 * i), new Vec(FIRST_KEPT_VECTOR + i, 16));
            }
        }
    }

    public void leave(Assembler a) {
        a.vzeroupper();
        for (int i = 0; i < keptVectors; i++) {
            a.vmovups(new Vec(FIRST_KEPT_VECTOR + i, 16), Mem.at(RSP, 16 * i));
        }
        if (keptVectors > 0) {
            a.add(RSP, 16 * keptVectors);
        }
        leaveScalar(a);
    }

    /** Before code that changes no vector register, and must run where there are none. */
    public void enterScalar(Assembler a) {
        kept.forEach(a::push);
        a.mov(ARGUMENTS, argument);
    }

    public void leaveScalar(Assembler a) {
        kept.reversed().forEach(a::pop);
        a.ret();
    }
}
