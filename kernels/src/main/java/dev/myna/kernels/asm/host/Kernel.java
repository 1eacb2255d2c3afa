// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/** Machine code that can be called. */
public final class Kernel {
    /** One argument, no result. Calls are short, so that the thread stays in the state of running Java (critical). */
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
     * Runs the code, which reads and writes the memory that its arguments name. The caller has checked them.
     *
     * @param arguments address of the arguments; the writer of the code defines their layout
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
