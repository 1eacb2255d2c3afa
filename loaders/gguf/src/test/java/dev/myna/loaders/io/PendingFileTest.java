// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Machine;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output files: only regular files are replaced, links are followed, and failed or killed runs leave nothing. */
class PendingFileTest {
    private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void pipeIsNotReplaced() throws Exception {
        Path pipe = folder.resolve("pipe");
        Machine.assume(tool("mkfifo", pipe.toString()), "it has no mkfifo");
        refuses(pipe, "is a device, a pipe or a socket");
        assertFalse(Files.isRegularFile(pipe));
        Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);
        refuses(link, "is a device, a pipe or a socket");
        assertTrue(Files.isSymbolicLink(link));
    }

    /** Only resolved, not written: the test must never replace a device, even as superuser. */
    @Test
    void deviceIsNotReplaced() throws Exception {
        Path null0 = Path.of("/dev/null");
        Machine.assume(Files.exists(null0), "it has no /dev/null");
        FileSystemException refusal = assertThrows(FileSystemException.class, () -> OutputPath.resolve(null0));
        assertTrue(refusal.getReason().contains("is a device, a pipe or a socket"), refusal.getReason());
        Path device = folder.resolve("null");
        if (tool("mknod", device.toString(), "c", "1", "3")) {
            refuses(device, "is a device, a pipe or a socket");
            assertFalse(Files.isRegularFile(device));
            assertTrue(Files.exists(device));
        }
    }

    @Test
    void socketIsNotReplaced() throws IOException {
        Path socket = Path.of("s" + ProcessHandle.current().pid()).toAbsolutePath();
        Path place = socket.toString().length() < 100 ? socket : folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(place));
            refuses(place, "is a device, a pipe or a socket");
            assertTrue(Files.exists(place, LinkOption.NOFOLLOW_LINKS));
        } finally {
            Files.deleteIfExists(place);
        }
    }

    @Test
    void folderIsRefused() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        refuses(inner, "is a directory: name a file");
        refuses(Files.createSymbolicLink(folder.resolve("link"), inner), "is a directory");
        refuses(Path.of("/"), "is a directory");
        refuses(folder.resolve("nowhere/file"), "does not exist");
        Path file = Files.writeString(folder.resolve("file"), "old");
        refuses(file.resolve("below"), "is no folder");
        assertEquals("old", Files.readString(file));
    }

    @Test
    void linksAreFollowedAndKept() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path real = Files.writeString(inner.resolve("real"), "old");
        Path relative = Files.createSymbolicLink(folder.resolve("relative"), Path.of("inner/real"));
        Path twice = Files.createSymbolicLink(inner.resolve("twice"), Path.of("../relative"));
        PendingFile.replace(twice, NEW);
        assertEquals("new", Files.readString(real));
        assertTrue(Files.isSymbolicLink(relative) && Files.isSymbolicLink(twice));
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("inner/created"));
        PendingFile.replace(dangling, NEW);
        assertEquals("new", Files.readString(inner.resolve("created")));
        assertTrue(Files.isSymbolicLink(dangling));
        refuses(Files.createSymbolicLink(folder.resolve("lost"), Path.of("no/such")), "does not exist");
        Path a = folder.resolve("a");
        Files.createSymbolicLink(a, Path.of("b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
        refuses(a, "lead in a circle");
        assertEquals(List.of(), leftovers(folder));
        assertEquals(List.of(), leftovers(inner));
    }

    /** A device that appears at the target during the write is not replaced either. */
    @Test
    void targetIsCheckedAgainAtCommit() throws IOException {
        Path target = folder.resolve("target");
        try (PendingFile file = new PendingFile(target)) {
            file.write(ByteBuffer.wrap(NEW));
            Files.createDirectory(target);
            assertThrows(FileSystemException.class, file::commit);
        }
        assertTrue(Files.isDirectory(target));
        assertEquals(List.of(), leftovers(folder));
    }

    @Test
    void unfinishedFileLeavesNothing() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        try (PendingFile file = new PendingFile(target)) {
            file.write(ByteBuffer.allocate(5 << 20));
            assertEquals(1, leftovers(folder).size());
        }
        assertEquals("old", Files.readString(target));
        assertEquals(List.of(), leftovers(folder));
    }

    @Test
    void longAndUnusualNamesWork() throws IOException {
        for (String name : List.of("x".repeat(255), "ظ".repeat(127), " a 'b' \"c\" ~ $d\n", "~", "-rf")) {
            PendingFile.replace(folder.resolve(name), NEW);
            assertEquals("new", Files.readString(folder.resolve(name)));
        }
        assertEquals(List.of(), leftovers(folder));
    }

    @Test
    void missingPermissionNamesTheTarget() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        assertTrue(inner.toFile().setWritable(false));
        try {
            Machine.assume(!Files.isWritable(inner), "the superuser may write everywhere");
            Path target = inner.resolve("target");
            FileSystemException refusal =
                    assertThrows(AccessDeniedException.class, () -> PendingFile.replace(target, NEW));
            assertEquals(target.toString(), refusal.getFile());
        } finally {
            assertTrue(inner.toFile().setWritable(true));
        }
    }

    /** A process is killed while it writes: before, its temporary file is locked; after, the next process removes it. */
    @Test
    void onlyFilesOfKilledProcessesAreRemoved() throws Exception {
        Path target = folder.resolve("target");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> assertEquals('r', writer.getInputStream().read()));
            assertEquals(1, leftovers(folder).size());
            PendingFile.replace(folder.resolve("other"), NEW);
            assertEquals(1, leftovers(folder).size());
        } finally {
            writer.destroyForcibly().waitFor();
        }
        Path foreign = Files.writeString(folder.resolve(".target.part"), "of somebody else");
        assertEquals(2, leftovers(folder).size());
        PendingFile.replace(folder.resolve("other"), NEW);
        assertEquals(List.of(foreign), leftovers(folder));
    }

    /** Writes until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            try (PendingFile file = new PendingFile(Path.of(args[0]))) {
                file.write(ByteBuffer.allocate(3 << 20));
                System.out.print("r");
                System.out.flush();
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
    }

    private void refuses(Path target, String expected) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            FileSystemException refusal =
                    assertThrows(FileSystemException.class, () -> PendingFile.replace(target, NEW));
            assertEquals(target.toString(), refusal.getFile());
            assertTrue(refusal.getReason().contains(expected), refusal.getReason());
        });
    }

    private static List<Path> leftovers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        }
    }

    private static boolean tool(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
