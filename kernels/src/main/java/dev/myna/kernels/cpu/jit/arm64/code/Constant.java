// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.V;

/**
 * Sixteen bytes that a kernel needs again and again. They stay in a register if one was left when the kernel was begun ({@link
 * Constants#keep}); else they are loaded to the spare one each time.
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

    public void keepIn(V register) {
        kept = register;
        load(register);
    }

    public void loadTo(V register) {
        spare = register;
    }

    /** Where the constant is, until another one is asked for. */
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
                Label place = a.constant(bytes);
                a.ldr(to.q(), place);
                return;
            }
        }
        a.movi(to.b16(), bytes[0] & 0xff);
    }
}
