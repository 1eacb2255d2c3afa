// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** The few C library calls the launcher needs and Java does not offer. */
final class Posix {
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;

    private Posix() {}

    /** Whether this is a system with {@code execv} and friends. */
    static boolean available() {
        return List.of("Linux", "Mac OS X").contains(System.getProperty("os.name"));
    }

    /** Whether a file descriptor is a terminal. */
    static boolean isTerminal(int descriptor) {
        if (!available()) {
            return System.console() != null && System.console().isTerminal();
        }
        try {
            return (int) function("isatty", JAVA_INT).invokeExact(descriptor) == 1;
        } catch (Throwable e) {
            return false;
        }
    }

    /** Asks the kernel to close a descriptor when the process image is replaced. */
    static void closeOnExec(int descriptor) throws Throwable {
        MethodHandle fcntl = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        int ignored = (int) fcntl.invokeExact(descriptor, F_SETFD, FD_CLOEXEC);
    }

    /** Changes the environment that {@link #execv} hands on. */
    static void setenv(String name, String value) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) function("setenv", ADDRESS, ADDRESS, JAVA_INT)
                    .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
        }
    }

    /**
     * Replaces this process by another program, with the same process id, streams and environment. Returns only when that
     * failed.
     *
     * @param arguments raw bytes, the program's name first, each without its final NUL
     */
    static void execv(String program, List<byte[]> arguments) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(ADDRESS, arguments.size() + 1L);
            for (int i = 0; i < arguments.size(); i++) {
                byte[] argument = arguments.get(i);
                MemorySegment copy = arena.allocate(argument.length + 1L);
                MemorySegment.copy(argument, 0, copy, JAVA_BYTE, 0, argument.length);
                vector.setAtIndex(ADDRESS, i, copy);
            }
            vector.setAtIndex(ADDRESS, arguments.size(), MemorySegment.NULL);
            int ignored = (int) function("execv", ADDRESS, ADDRESS).invokeExact(arena.allocateFrom(program), vector);
        }
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }
}
