// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import java.lang.invoke.MethodHandle;

/** A piece of machine code, ready to be called. */
public final class Kernel {
    private final MethodHandle entry;

    Kernel(byte[] code) throws RefusedException {
        entry = CodeBuffer.load(code);
    }

    /**
     * Runs the code. What it reads and writes is up to its arguments, which the caller has checked.
     *
     * @param arguments address of the arguments, laid out as the code's class says
     */
    public void call(long arguments) {
        try {
            entry.invokeExact(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
