// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.V;

/**
 * Sixteen bytes that a kernel uses repeatedly. They stay in a register of their own if one was free when the kernel was begun
 * ({@link KernelCode#keepConstants}); else they are loaded to a spare register for each use.
 */
public final class Constant {
    private final Assembler a;
    private final byte[] bytes;
    private V kept;
    private V spare;

    Constant(Assembler a, byte[] bytes) {
        this.a = a;
        this.bytes = bytes;
    }

    /** Loads the constant into a register, where it stays. */
    void keepIn(V register) {
        kept = register;
        load(register);
    }

    /** Sets the register that the constant is loaded to for each use. */
    void loadTo(V register) {
        spare = register;
    }

    /** The register that holds the constant until {@code v} of another constant is called. */
    public V v() {
        if (kept != null) {
            return kept;
        }
        load(spare);
        return spare;
    }

    private void load(V to) {
        for (byte b : bytes) {
            if (b != bytes[0]) {
                Label label = a.constant(bytes);
                a.ldr(to.q(), label);
                return;
            }
        }
        a.movi(to.b16(), bytes[0] & 0xff);
    }
}
