// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.myna.kernels.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All kinds of paths: cases G-01, G-23 and G-24, files above 4 GiB, and the lifetime of a mapping. */
@Timeout(20)
class GgufPathTest {
    @TempDir
    Path folder;

    @Test
    void readsAFileAndUnmapsItOnClose() throws IOException {
        Path path = write("ok.gguf", GgufBytes.valid());
        GgufFile file = GgufFile.open(path);
        Tensor tensor = file.require("w", 4, 2);
        assertArrayEquals(
                new float[] {0, 1, 2, 3, 4, 5, 6, 7}, tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
        assertTrue(tensor.data().isReadOnly());
        assertEquals(path.toString(), file.name());
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> tensor.data().get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> file.metadata().string("general.architecture"));
    }

    @Test
    void requireNamesTheTensorAndBothShapes() throws IOException {
        try (GgufFile file = GgufFile.open(write("ok.gguf", GgufBytes.valid()))) {
            assertTrue(file.find("absent").isEmpty());
            assertSame(file.require("w", 4, 2), file.require("w"));
            GgufException anyShape = assertThrows(GgufException.class, () -> file.require("absent"));
            assertTrue(anyShape.getMessage().contains("absent"), anyShape.getMessage());
            GgufException absent = assertThrows(GgufException.class, () -> file.require("absent", 1));
            assertTrue(absent.getMessage().endsWith("ok.gguf: tensor \"absent\" is missing"), absent.getMessage());
            GgufException shape = assertThrows(GgufException.class, () -> file.require("w", 2, 4));
            assertTrue(shape.getMessage().contains("\"w\" has shape [4, 2]; it must be [2, 4]"), shape.getMessage());
        }
    }

    @Test
    void g01EmptyFile() throws IOException {
        refused(write("empty.gguf", new GgufBytes()), "the file is empty");
    }

    /** Eight zero bytes are an empty string, so a hole in a file is an array of empty strings. */
    @Test
    void g20TenMillionTokensAreReadInBoundedTime() throws IOException {
        int count = 10_000_000;
        try (GgufFile file = GgufFile.open(sparse(9L * count, strings(count)))) {
            GgufMetadata metadata = file.metadata();
            assertEquals(count, metadata.length("tokens"));
            assertEquals(count, metadata.byteStrings("tokens").length);
            assertTrue(metadata.describe("tokens").endsWith("(10000000 × STRING)"));
        }
    }

    @Test
    void g20MoreStringsThanTheLimitAreRefusedQuickly() throws IOException {
        long count = GgufHeader.MAX_ELEMENTS + 1L;
        refused(sparse(9 * count, strings(count)), "string count is 33554433; at most 33554432 can be right");
    }

    @Test
    void g23SparseTebibyteIsQuick() throws IOException {
        Path path = sparse(1L << 40, GgufBytes.header(3, 1, 0).tensor("w", 0, (1L << 40) - 4096, 8));
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(1L << 40, file.size());
            assertEquals(0f, file.require("w", 8).data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 28));
        }
    }

    @Test
    void g23HostileCountsInASparseTebibyteAreQuick() throws IOException {
        refused(sparse(1L << 40, strings(1L << 36)), "string count is 68719476736; at most 33554432");
        refused(sparse(1L << 40, GgufBytes.header(3, 0, 1 << 20)), "key count is 1048576; at most 65536");
        refused(sparse(1L << 40, GgufBytes.header(3, 1 << 20, 0)), "tensor count is 1048576; at most 65536");
        Path floats = sparse(
                1L << 40,
                GgufBytes.header(3, 0, 1)
                        .key("k", GgufBytes.ARRAY)
                        .u32(GgufBytes.F32)
                        .u64(1L << 35));
        try (GgufFile file = GgufFile.open(floats)) {
            assertThrows(GgufException.class, () -> file.metadata().floats("k"));
            assertThrows(GgufException.class, () -> file.metadata().length("k"));
        }
    }

    @Test
    void readsTensorsBeyondFourGibibytes() throws IOException {
        long size = 6L << 30;
        Path path = sparse(
                size,
                GgufBytes.header(3, 2, 0)
                        .tensor("large", 0, 0, 1 << 20, 1100)
                        .tensor("far", 0, 5L << 30, 4)
                        .align(32));
        long dataStart = 128;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new GgufBytes().f32(1, 2, 3, 4).toArray()), dataStart + (5L << 30));
        }
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(
                    4L * (1 << 20) * 1100,
                    file.require("large", 1 << 20, 1100).data().byteSize());
            assertArrayEquals(
                    new float[] {1, 2, 3, 4}, file.require("far", 4).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
        }
    }

    @Test
    void g24SymbolicLinkIsFollowed() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), write("ok.gguf", GgufBytes.valid()));
        try (GgufFile file = GgufFile.open(link)) {
            assertEquals(2, file.tensors().size());
        }
        refused(Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere")), "no such file");
        refused(Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop")), "no such file");
    }

    @Test
    void g24DirectoryAndAbsentFile() {
        refused(folder, "this is a directory");
        refused(folder.resolve("absent.gguf"), "no such file");
    }

    @Test
    void g24FifoDoesNotBlock() throws IOException, InterruptedException {
        Path fifo = folder.resolve("fifo.gguf");
        try {
            assumeTrue(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() == 0, "mkfifo failed");
        } catch (IOException e) {
            Assumptions.abort("no mkfifo here: " + e.getMessage());
        }
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> refused(fifo, "this is not a regular file"));
    }

    @Test
    void g24UnreadableFile() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        Path path = write("secret.gguf", GgufBytes.valid());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(path), "not on this machine: the superuser reads everything");
        refused(path, "no permission to read the file");
    }

    private static void refused(Path path, String rule) {
        GgufException refusal =
                assertThrows(GgufException.class, () -> GgufFile.open(path).close());
        assertTrue(refusal.getMessage().startsWith(path + ": "), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(rule), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    private static GgufBytes strings(long count) {
        return GgufBytes.header(3, 0, 1)
                .key("tokens", GgufBytes.ARRAY)
                .u32(GgufBytes.STRING)
                .u64(count);
    }

    private Path write(String name, GgufBytes bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes.toArray());
    }

    /** A file of this size that stores no more than its header; skips the test where there are no such files. */
    private Path sparse(long size, GgufBytes header) throws IOException {
        Path path = Files.createTempFile(folder, "sparse", ".gguf");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(header.toArray()));
            channel.write(ByteBuffer.allocate(1), size - 1);
        } catch (IOException e) {
            Assumptions.abort("the file system refuses a sparse file of " + size + " bytes: " + e.getMessage());
        }
        return path;
    }
}
