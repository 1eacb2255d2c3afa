// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import dev.myna.kernels.asm.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls functions of the operating system with up to six integers or addresses. */
public final class SystemFunctions {
    /**
     * One type for all functions: every calling convention lets a callee ignore arguments and use the low half of a register as an
     * int. Each further type would cost the linker milliseconds at start.
     */
    private static final FunctionDescriptor ANY = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private final SymbolLookup functions;
    private final MethodHandle call;

    /** @throws RefusedException if this program may not call functions of the system */
    public SystemFunctions() throws RefusedException {
        try {
            Linker linker = Linker.nativeLinker();
            functions =
                    Platform.WINDOWS ? SymbolLookup.libraryLookup("kernel32", Arena.global()) : linker.defaultLookup();
            call = linker.downcallHandle(ANY);
        } catch (IllegalCallerException e) {
            Module here = SystemFunctions.class.getModule();
            throw new RefusedException(
                    "functions of the system may not be called; start java with --enable-native-access="
                            + (here.isNamed() ? here.getName() : "ALL-UNNAMED"));
        } catch (RuntimeException | LinkageError e) {
            throw new RefusedException("functions of the system cannot be called: " + e.getMessage());
        }
    }

    /** @throws RefusedException if there is no such function */
    MemorySegment find(String name) throws RefusedException {
        return functions.find(name).orElseThrow(() -> new RefusedException("the system has no function " + name));
    }

    long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) call.invokeExact(function, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
