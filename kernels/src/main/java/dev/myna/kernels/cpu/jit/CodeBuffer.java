// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

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
 * both at once, nothing is written to disk. They are unmapped when no kernel made from them is reachable any more.
 */
final class CodeBuffer {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE = 2;

    /** An entry point of code: one argument, no result, and too short to be worth a thread state transition. */
    private static final FunctionDescriptor ENTRY = FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG);

    private CodeBuffer() {}

    /**
     * Makes code runnable.
     *
     * @return a handle of type {@code (long)void}
     * @throws RefusedException if the system refuses memory, or to make it executable
     */
    static MethodHandle load(byte[] code) throws RefusedException {
        try {
            MemorySegment place = windows() ? windows(code) : posix(code);
            return Linker.nativeLinker().downcallHandle(place, ENTRY, Linker.Option.critical(false));
        } catch (RefusedException e) {
            throw e;
        } catch (Throwable t) {
            throw new RefusedException("executable memory: " + t.getMessage());
        }
    }

    static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    private static MemorySegment posix(byte[] code) throws Throwable {
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        int anonymous = mac ? 0x1000 : 0x20;
        Linker linker = Linker.nativeLinker();
        SymbolLookup c = linker.defaultLookup();
        MethodHandle mmap = linker.downcallHandle(
                c.findOrThrow("mmap"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        MethodHandle mprotect = linker.downcallHandle(
                c.findOrThrow("mprotect"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        MethodHandle munmap = linker.downcallHandle(
                c.findOrThrow("munmap"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        long address = (long) mmap.invokeExact(0L, (long) code.length, READ | WRITE, PRIVATE | anonymous, -1, 0L);
        if (address == -1) {
            throw new RefusedException("mmap gives no memory");
        }
        MemorySegment place = owned(address, code.length, at -> (int) munmap.invokeExact(at, (long) code.length));
        MemorySegment.copy(code, 0, place, ValueLayout.JAVA_BYTE, 0, code.length);
        if ((int) mprotect.invokeExact(address, (long) code.length, READ | EXECUTE) != 0) {
            throw new RefusedException("the system does not allow memory to be made executable");
        }
        return place;
    }

    private static MemorySegment windows(byte[] code) throws Throwable {
        int reserveAndCommit = 0x3000;
        int readWrite = 4;
        int executeRead = 0x20;
        int release = 0x8000;
        Linker linker = Linker.nativeLinker();
        SymbolLookup kernel = SymbolLookup.libraryLookup("kernel32", Arena.global());
        MethodHandle allocate = linker.downcallHandle(
                kernel.findOrThrow("VirtualAlloc"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT));
        MethodHandle protect = linker.downcallHandle(
                kernel.findOrThrow("VirtualProtect"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS));
        MethodHandle free = linker.downcallHandle(
                kernel.findOrThrow("VirtualFree"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        long address = (long) allocate.invokeExact(0L, (long) code.length, reserveAndCommit, readWrite);
        if (address == 0) {
            throw new RefusedException("VirtualAlloc gives no memory");
        }
        MemorySegment place = owned(address, code.length, at -> (int) free.invokeExact(at, 0L, release));
        MemorySegment.copy(code, 0, place, ValueLayout.JAVA_BYTE, 0, code.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate(ValueLayout.JAVA_INT);
            if ((int) protect.invokeExact(address, (long) code.length, executeRead, before) == 0) {
                throw new RefusedException("the system does not allow memory to be made executable");
            }
        }
        return place;
    }

    private interface Release {
        int at(long address) throws Throwable;
    }

    private static MemorySegment owned(long address, long bytes, Release release) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), segment -> {
            try {
                release.at(address);
            } catch (Throwable t) {
                throw new IllegalStateException("code pages cannot be returned", t);
            }
        });
    }
}
