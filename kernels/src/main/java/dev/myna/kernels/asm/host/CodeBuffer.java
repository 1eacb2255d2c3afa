// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import dev.myna.kernels.asm.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Puts machine code into executable memory. Pages are mapped writable, filled, and then made executable: they are never both,
 * and nothing is written to disk. They are unmapped when the kernel made from them is no longer reachable.
 *
 * <p>macOS on Arm has pages that are writable for some threads and executable for others ({@code MAP_JIT}, {@code
 * pthread_jit_write_protect_np}). They cannot be used here: the JVM's own code lies in such pages, so a thread that makes them
 * writable cannot return from that call. The entitlement that a JDK is signed with ({@code allow-unsigned-executable-memory})
 * permits what is done on the other systems.
 */
public final class CodeBuffer {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE = 2;
    private static final int ANONYMOUS = Platform.MAC ? 0x1000 : 0x20;

    private static final int RESERVE_AND_COMMIT = 0x3000;
    private static final int READ_WRITE_PAGE = 4;
    private static final int EXECUTE_READ_PAGE = 0x20;
    private static final int RELEASE = 0x8000;

    private final SystemFunctions system;
    private final MemorySegment map;
    private final MemorySegment protect;
    private final MemorySegment unmap;
    private final InstructionCache cache;

    /** @throws RefusedException if the system lacks a function, or the code for cache maintenance cannot be run */
    public CodeBuffer(SystemFunctions system) throws RefusedException {
        this.system = system;
        map = system.find(Platform.WINDOWS ? "VirtualAlloc" : "mmap");
        protect = system.find(Platform.WINDOWS ? "VirtualProtect" : "mprotect");
        unmap = system.find(Platform.WINDOWS ? "VirtualFree" : "munmap");
        cache = Platform.X64
                ? new InstructionCache.Coherent()
                : Platform.MAC
                        ? new InstructionCache.BySystem(system)
                        : new InstructionCache.ByLines(new Kernel(posix(InstructionCache.ByLines.code())));
    }

    /**
     * Copies code to executable memory.
     *
     * @throws RefusedException if the system refuses memory, or to make it executable
     */
    public Kernel load(byte[] code) throws RefusedException {
        MemorySegment memory = Platform.WINDOWS ? windows(code) : posix(code);
        cache.publish(memory);
        return new Kernel(memory);
    }

    private MemorySegment posix(byte[] code) throws RefusedException {
        long address = system.call(map, 0, code.length, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0);
        if (address == -1) {
            throw new RefusedException("the operating system gives no memory");
        }
        MemorySegment memory = owned(address, code.length, () -> system.call(unmap, address, code.length, 0, 0, 0, 0));
        MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
        if ((int) system.call(protect, address, code.length, READ | EXECUTE, 0, 0, 0) != 0) {
            throw new RefusedException("the operating system does not allow memory to be made executable");
        }
        return memory;
    }

    private MemorySegment windows(byte[] code) throws RefusedException {
        long address = system.call(map, 0, code.length, RESERVE_AND_COMMIT, READ_WRITE_PAGE, 0, 0);
        if (address == 0) {
            throw new RefusedException("the operating system gives no memory");
        }
        MemorySegment memory = owned(address, code.length, () -> system.call(unmap, address, 0, RELEASE, 0, 0, 0));
        MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
        try (Arena arena = Arena.ofConfined()) {
            long before = arena.allocate(ValueLayout.JAVA_INT).address();
            if ((int) system.call(protect, address, code.length, EXECUTE_READ_PAGE, before, 0, 0) == 0) {
                throw new RefusedException("the operating system does not allow memory to be made executable");
            }
        }
        return memory;
    }

    private static MemorySegment owned(long address, long bytes, Runnable release) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), segment -> release.run());
    }
}
