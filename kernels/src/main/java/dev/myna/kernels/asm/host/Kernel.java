// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/** A piece of machine code, ready to be called. */
public final class Kernel {
    /** One argument, no result, and too short a stay to be worth a thread state transition. */
    private static final MethodHandle ENTER = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG), Linker.Option.critical(false));

    private final MemorySegment code;

    /** @param code executable code, which lives as long as the segment is reachable */
    Kernel(MemorySegment code) {
        this.code = code;
    }

    /** Its bytes, where the processor executes them. */
    public MemorySegment code() {
        return code;
    }

    /**
     * Runs the code. What it reads and writes is up to its arguments, which the caller has checked.
     *
     * @param arguments address of the arguments, laid out as the code's class says
     */
    public void call(long arguments) {
        try {
            ENTER.invokeExact(code, arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
