// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Memory between two pages without access: an access one byte outside on the guarded side ends the process. Linux only. */
final class GuardedMemory {
    private static final long PAGE = 4096;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    /** The end of the memory that borders on a page without access. */
    enum Side {
        BEFORE,
        BEHIND
    }

    private GuardedMemory() {}

    static MemorySegment allocate(Arena arena, long bytes, Side side) {
        long pages = (bytes + PAGE - 1) / PAGE * PAGE;
        long address = call("mmap", 0L, pages + 2 * PAGE, 0L, (long) PRIVATE_ANONYMOUS, -1L, 0L);
        if (address == -1 || call("mprotect", address + PAGE, pages, (long) READ_WRITE, 0L, 0L, 0L) != 0) {
            throw new IllegalStateException("no guarded memory");
        }
        long start = side == Side.BEFORE ? address + PAGE : address + PAGE + pages - bytes;
        return MemorySegment.ofAddress(start)
                .reinterpret(bytes, arena, unused -> call("munmap", address, pages + 2 * PAGE, 0L, 0L, 0L, 0L));
    }

    private static long call(String function, long... arguments) {
        Linker linker = Linker.nativeLinker();
        MethodHandle handle = linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG));
        try {
            return (long) handle.invokeExact(
                    arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
        } catch (Throwable t) {
            throw new IllegalStateException(function, t);
        }
    }
}
