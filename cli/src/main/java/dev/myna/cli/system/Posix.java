// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** C library calls that the command line needs and Java does not have. */
public final class Posix {
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;

    /** Links to the files of descriptors, on Linux. Reading one costs less than binding a C function. */
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final List<String> TERMINALS = List.of("/dev/pts/", "/dev/tty", "/dev/console");

    private Posix() {}

    /** Whether this is a system with {@code execv} and friends. */
    public static boolean available() {
        return List.of("Linux", "Mac OS X").contains(System.getProperty("os.name"));
    }

    /**
     * Whether a descriptor was closed when this process started. In that case the JVM has opened its first file under that number.
     */
    public static boolean isClosed(int descriptor) {
        return isOwnFile(
                target(descriptor), System.getProperty("java.home"), System.getProperty("java.class.path", ""));
    }

    /** Whether a descriptor's target is a file of this Java, or the jar. */
    static boolean isOwnFile(String target, String javaHome, String classPath) {
        return target.startsWith(javaHome + "/")
                || target.endsWith(".jar")
                        && target.equals(
                                Path.of(classPath).toAbsolutePath().normalize().toString());
    }

    /** Whether a file descriptor is a terminal. */
    public static boolean isTerminal(int descriptor) {
        if (!available()) {
            return System.console() != null && System.console().isTerminal();
        }
        Optional<Boolean> known = isTerminal(target(descriptor));
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return (int) function("isatty", JAVA_INT).invokeExact(descriptor) == 1;
        } catch (Throwable e) {
            return false;
        }
    }

    /** Whether the target of a descriptor is a terminal; empty if its name does not show it. */
    static Optional<Boolean> isTerminal(String target) {
        if (TERMINALS.stream().anyMatch(target::startsWith)) {
            return Optional.of(true);
        }
        boolean elsewhere = target.startsWith("/") && !target.startsWith("/dev/");
        boolean unnamed = target.matches("(pipe|socket|anon_inode):.*");
        return elsewhere || unnamed || target.equals("/dev/null") ? Optional.of(false) : Optional.empty();
    }

    /** The width of the terminal behind a descriptor; empty if it is not known. */
    public static OptionalInt columns(int descriptor) {
        if (!available()) {
            return OptionalInt.empty();
        }
        long request = System.getProperty("os.name").equals("Linux") ? 0x5413L : 0x40087468L;
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle ioctl = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                            Linker.Option.firstVariadicArg(2));
            // struct winsize: rows, columns, and two more of 16 bits.
            MemorySegment size = arena.allocate(8, 2);
            int failed = (int) ioctl.invokeExact(descriptor, request, size);
            int columns = Short.toUnsignedInt(size.get(JAVA_SHORT, 2));
            return failed == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
        } catch (Throwable e) {
            return OptionalInt.empty();
        }
    }

    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)))
                    .toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Asks the kernel to close a descriptor when the process image is replaced. */
    public static void closeOnExec(int descriptor) throws Throwable {
        MethodHandle fcntl = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        int ignored = (int) fcntl.invokeExact(descriptor, F_SETFD, FD_CLOEXEC);
    }

    /**
     * Replaces this process by another program, with the same process id and streams. Returns only when that failed.
     *
     * @param arguments raw bytes, the program's name first, each without its final NUL
     * @param environment raw bytes, {@code NAME=value}, each without its final NUL
     */
    public static void execve(String program, List<byte[]> arguments, List<byte[]> environment) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) function("execve", ADDRESS, ADDRESS, ADDRESS)
                    .invokeExact(arena.allocateFrom(program), vector(arena, arguments), vector(arena, environment));
        }
    }

    /** A NULL-terminated array of C strings. */
    private static MemorySegment vector(Arena arena, List<byte[]> strings) {
        MemorySegment vector = arena.allocate(ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            byte[] string = strings.get(i);
            MemorySegment copy = arena.allocate(string.length + 1L);
            MemorySegment.copy(string, 0, copy, JAVA_BYTE, 0, string.length);
            vector.setAtIndex(ADDRESS, i, copy);
        }
        vector.setAtIndex(ADDRESS, strings.size(), MemorySegment.NULL);
        return vector;
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }
}
