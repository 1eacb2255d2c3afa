// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.CodeListener;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Puts machine code where the processor may run it. Pages are mapped writable, filled, and only then made executable: never
 * both at once, nothing is written to disk. They are unmapped when the kernel made from them is not reachable any more.
 */
final class CodeBuffer {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE = 2;
    private static final int ANONYMOUS = System.getProperty("os.name").startsWith("Mac") ? 0x1000 : 0x20;

    private static final int RESERVE_AND_COMMIT = 0x3000;
    private static final int READ_WRITE_PAGE = 4;
    private static final int EXECUTE_READ_PAGE = 0x20;
    private static final int RELEASE = 0x8000;

    /**
     * One type for all functions of the system that are called: both conventions let a callee ignore arguments, and take the
     * low half of a register as an int. Each further type would cost the linker milliseconds at start.
     */
    private static final FunctionDescriptor SYSTEM = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private final boolean windows = windows();
    private final CodeListener listener;
    private final MethodHandle call;
    private final MemorySegment map;
    private final MemorySegment protect;
    private final MemorySegment unmap;

    /**
     * @param listener is told of all code
     * @throws RefusedException if the system's functions cannot be called
     */
    CodeBuffer(CodeListener listener) throws RefusedException {
        this.listener = listener;
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup functions =
                    windows ? SymbolLookup.libraryLookup("kernel32", Arena.global()) : linker.defaultLookup();
            call = linker.downcallHandle(SYSTEM);
            map = functions.findOrThrow(windows ? "VirtualAlloc" : "mmap");
            protect = functions.findOrThrow(windows ? "VirtualProtect" : "mprotect");
            unmap = functions.findOrThrow(windows ? "VirtualFree" : "munmap");
        } catch (IllegalCallerException e) {
            Module here = CodeBuffer.class.getModule();
            throw new RefusedException(
                    "functions of the system may not be called; start java with --enable-native-access="
                            + (here.isNamed() ? here.getName() : "ALL-UNNAMED"));
        } catch (RuntimeException | LinkageError e) {
            throw new RefusedException("functions of the system cannot be called: " + e.getMessage());
        }
    }

    static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /**
     * Makes code runnable.
     *
     * @param name for whoever reads a profile
     * @throws RefusedException if the system refuses memory, or to make it executable
     */
    Kernel load(String name, byte[] code) throws RefusedException {
        MemorySegment place = windows ? windows(code) : posix(code);
        listener.assembled(name, place.asReadOnly());
        return new Kernel(place);
    }

    private MemorySegment posix(byte[] code) throws RefusedException {
        long address = call(map, 0, code.length, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0);
        if (address == -1) {
            throw new RefusedException("the system gives no memory");
        }
        MemorySegment place = owned(address, code.length, () -> call(unmap, address, code.length, 0, 0, 0, 0));
        MemorySegment.copy(code, 0, place, ValueLayout.JAVA_BYTE, 0, code.length);
        if ((int) call(protect, address, code.length, READ | EXECUTE, 0, 0, 0) != 0) {
            throw new RefusedException("the system does not allow memory to be made executable");
        }
        return place;
    }

    private MemorySegment windows(byte[] code) throws RefusedException {
        long address = call(map, 0, code.length, RESERVE_AND_COMMIT, READ_WRITE_PAGE, 0, 0);
        if (address == 0) {
            throw new RefusedException("the system gives no memory");
        }
        MemorySegment place = owned(address, code.length, () -> call(unmap, address, 0, RELEASE, 0, 0, 0));
        MemorySegment.copy(code, 0, place, ValueLayout.JAVA_BYTE, 0, code.length);
        try (Arena arena = Arena.ofConfined()) {
            long before = arena.allocate(ValueLayout.JAVA_INT).address();
            if ((int) call(protect, address, code.length, EXECUTE_READ_PAGE, before, 0, 0) == 0) {
                throw new RefusedException("the system does not allow memory to be made executable");
            }
        }
        return place;
    }

    private static MemorySegment owned(long address, long bytes, Runnable release) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), segment -> release.run());
    }

    private long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) call.invokeExact(function, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
