// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.terminal.Console;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CodeListener;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The file in which perf and other profilers look for the names of code that was made at run time: {@code /tmp/perf-PID.map}, a
 * line of start, size (both hexadecimal) and name for each piece. Ours are written as they are assembled, those of the JVM's
 * compilers when the process ends. Profilers read the file later, so it stays.
 */
final class PerfMap implements CodeListener {
    /** Where profilers look, whatever {@code TMPDIR} says. */
    private static final Path FOLDER = Path.of("/tmp");

    private static final String SAME_FILE = "+DumpPerfMapAtExit";

    private final FileChannel out;
    private final Consumer<String> onFailure;

    /** Nothing is written any more. */
    private boolean ended;

    /** Reachable, so that no other code comes to lie where they are. */
    private final List<MemorySegment> kept = new ArrayList<>();

    private PerfMap(FileChannel out, Consumer<String> onFailure) {
        this.out = out;
        this.onFailure = onFailure;
    }

    /**
     * The map of this process, to be completed when it ends.
     *
     * @throws RequestException if the JVM would overwrite it
     * @throws IOException if there is something else in its place, or it cannot be written
     */
    static PerfMap ofProcess(Console console) throws IOException {
        if (ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(flag -> flag.endsWith(SAME_FILE))) {
            throw new RequestException("--perf-map and -XX:" + SAME_FILE
                    + " write the same file: drop the latter; --perf-map includes Java methods");
        }
        PerfMap map = create(FOLDER, ProcessHandle.current().pid(), console::note);
        Runtime.getRuntime().addShutdownHook(new Thread(map::end, "myna-perf-map"));
        return map;
    }

    /**
     * Begins a map. It appears under its name whole, readable for its owner alone; an old one of the same owner, left by a process that
     * had the same number, is replaced.
     *
     * @param onFailure receives, once, the reason why nothing more can be written
     * @throws FileSystemException if there is another owner's file, or none that a process left
     */
    static PerfMap create(Path folder, long pid, Consumer<String> onFailure) throws IOException {
        Path file = folder.resolve("perf-" + pid + ".map");
        Path made = Files.createTempFile(folder, "perf-", ".new");
        try {
            FileChannel out = FileChannel.open(made, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            try {
                requireOurs(file, Files.getOwner(made));
                // Renaming follows no link.
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
                return new PerfMap(out, onFailure);
            } catch (IOException | RuntimeException e) {
                out.close();
                throw e;
            }
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static void requireOurs(Path file, UserPrincipal us) throws IOException {
        PosixFileAttributes there;
        try {
            there = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if (!there.isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "exists and is not a file: remove it for --perf-map");
        }
        if (!there.owner().equals(us)) {
            throw new FileSystemException(
                    file.toString(), null, "belongs to " + there.owner().getName() + ": --perf-map cannot replace it");
        }
    }

    @Override
    public synchronized void assembled(String name, MemorySegment code) {
        kept.add(code);
        write(line(name, code).getBytes(StandardCharsets.UTF_8));
    }

    private static String line(String name, MemorySegment code) {
        return Long.toHexString(code.address()) + " " + Long.toHexString(code.byteSize()) + " myna::" + name + "\n";
    }

    private void write(byte[] bytes) {
        if (ended) {
            return;
        }
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                int ignored = out.write(rest);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    /** Ends the map, not the answer: a profile without names is still of use. */
    private void fail(Exception e) {
        ended = true;
        onFailure.accept("--perf-map ends here: " + e.getMessage());
    }

    /** Adds the methods that the JVM has compiled and closes the file. */
    synchronized void end() {
        if (ended) {
            return;
        }
        try (out) {
            write(methods());
        } catch (IOException | JMException e) {
            fail(e);
        }
        ended = true;
    }

    /** What {@code jcmd PID Compiler.perfmap} writes. */
    private static byte[] methods() throws IOException, JMException {
        // The JVM follows links: only in a folder of ours there are none.
        Path folder = Files.createTempDirectory("myna-perf-");
        Path file = folder.resolve("map");
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "compilerPerfmap",
                            new Object[] {new String[] {file.toString()}},
                            new String[] {String[].class.getName()});
            return Files.readAllBytes(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
