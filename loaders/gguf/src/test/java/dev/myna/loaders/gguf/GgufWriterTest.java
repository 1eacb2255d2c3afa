// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufWriterTest {
    private static final long SEED = 7;

    @TempDir
    Path folder;

    @BeforeAll
    static void printSeed() {
        System.out.println("GgufWriterTest seed " + SEED);
    }

    @Test
    void writesExactlyTheBytesOfTheFormat() throws IOException {
        Path path = folder.resolve("valid.gguf");
        for (int run = 0; run < 2; run++) {
            try (GgufWriter writer = new GgufWriter(path)) {
                writer.string("general.architecture", "llama")
                        .u32("a.count", 7)
                        .f32("a.eps", 1e-5f)
                        .bool("a.flag", true)
                        .strings("a.tokens", List.of("a", "", "éß"))
                        .floats("a.scores", 0f, -1f, -2f)
                        .tensor("w", TensorType.F32, 4, 2)
                        .tensor("q", TensorType.Q4_0, 32)
                        .data("w", MemorySegment.ofArray(new float[] {0, 1, 2, 3, 4, 5, 6, 7}))
                        .data("q", channel -> channel.write(ByteBuffer.allocate(18)))
                        .finish();
            }
            // The writer pads the last tensor too, as ggml does.
            assertArrayEquals(GgufBytes.valid().align(32).toArray(), Files.readAllBytes(path));
        }
        assertOnly("valid.gguf");
    }

    @Test
    void everyValueTypeComesBack() throws IOException {
        Path path = folder.resolve("types.gguf");
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.string("string", "پرندہ \n")
                    .bool("bool", true)
                    .u32("u32", 0xFFFF_FFFFL)
                    .i32("i32", -7)
                    .u64("u64", -1)
                    .i64("i64", -8)
                    .f32("f32", -0.1f)
                    .f64("f64", 0.5)
                    .byteStrings("bytes", new byte[][] {{}, {(byte) 0xE0}})
                    .strings("empty", List.of())
                    .floats("floats", 1, Float.NaN)
                    .integers("integers", Integer.MIN_VALUE, Integer.MAX_VALUE)
                    .finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata metadata = file.metadata();
            assertEquals(3, file.version());
            assertEquals(
                    List.of(
                            "string",
                            "bool",
                            "u32",
                            "i32",
                            "u64",
                            "i64",
                            "f32",
                            "f64",
                            "bytes",
                            "empty",
                            "floats",
                            "integers"),
                    List.copyOf(metadata.keys()));
            assertEquals("پرندہ \n", metadata.string("string"));
            assertTrue(metadata.bool("bool", false));
            assertEquals("4294967295", metadata.describe("u32"));
            assertEquals(-7, metadata.integer("i32", -10, 0));
            assertEquals("18446744073709551615", metadata.describe("u64"));
            assertEquals(-8, metadata.integer("i64", -10, 0));
            assertEquals(-0.1f, metadata.number("f32"));
            assertEquals(0.5f, metadata.number("f64"));
            assertArrayEquals(new byte[][] {{}, {(byte) 0xE0}}, metadata.byteStrings("bytes"));
            assertEquals(List.of(), metadata.strings("empty"));
            assertArrayEquals(new float[] {1, Float.NaN}, metadata.floats("floats"));
            assertArrayEquals(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, metadata.integers("integers"));
            assertEquals("[-2147483648, 2147483647] (2 × I32)", metadata.describe("integers"));
        }
    }

    /** The small integer types have no setter; version 2 differs from 3 only in the version number. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void everyIntegerTypeIsReadAndCopied(int version) throws IOException {
        GgufBytes bytes = GgufBytes.header(version, 0, 6)
                .key("u8", GgufBytes.U8)
                .number(200, 1)
                .key("i8", GgufBytes.I8)
                .number(-100, 1)
                .key("u16", GgufBytes.U16)
                .number(60_000, 2)
                .key("i16", GgufBytes.I16)
                .number(-30_000, 2)
                .key("array", GgufBytes.ARRAY)
                .u32(GgufBytes.I16)
                .u64(2)
                .number(-1, 2)
                .number(2, 2)
                .key("text", GgufBytes.STRING)
                .string("κ");
        Path source = Files.write(folder.resolve("source.gguf"), bytes.toArray());
        Path copy = folder.resolve("copy.gguf");
        try (GgufFile file = GgufFile.open(source);
                GgufWriter writer = new GgufWriter(copy)) {
            assertEquals(version, file.version());
            file.metadata().keys().forEach(key -> writer.copy(file, key));
            writer.finish();
        }
        try (GgufFile file = GgufFile.open(copy)) {
            GgufMetadata metadata = file.metadata();
            assertEquals(200, metadata.integer("u8", 0, 255));
            assertEquals(-100, metadata.integer("i8", -128, 127));
            assertEquals(60_000, metadata.integer("u16", 0, 65_535));
            assertEquals(-30_000, metadata.integer("i16", -32_768, 0));
            assertArrayEquals(new int[] {-1, 2}, metadata.integers("array"));
            assertEquals("κ", metadata.string("text"));
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void everyTensorTypeComesBack(TensorType type) throws IOException {
        long[] shape = {type.blockSize(), 3, 1, 2};
        byte[] data = new byte[6 * type.blockBytes()];
        new Random(SEED).nextBytes(data);
        Path path = folder.resolve("tensor.gguf");
        try (Arena arena = Arena.ofConfined();
                GgufWriter writer = new GgufWriter(path)) {
            writer.alignment(64)
                    .tensor("heap", type, shape)
                    .tensor("native", type, shape)
                    .data("heap", MemorySegment.ofArray(data))
                    .data("native", GgufBytes.nativeCopy(data, arena))
                    .finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(64, file.metadata().integer("general.alignment", 1, 1024));
            for (String name : List.of("heap", "native")) {
                Tensor tensor = file.require(name, shape);
                assertEquals(type, tensor.type());
                assertArrayEquals(data, tensor.data().toArray(ValueLayout.JAVA_BYTE));
                assertEquals(0, tensor.data().address() % 64);
            }
        }
    }

    @Test
    void tensorsLargerThanOneChunkAreWrittenCompletely() throws IOException {
        int[] data = new Random(SEED).ints(700_001).toArray();
        Path path = folder.resolve("large.gguf");
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.tensor("w", TensorType.F32, data.length)
                    .data("w", MemorySegment.ofArray(data))
                    .finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            assertArrayEquals(data, file.require("w", data.length).data().toArray(ValueLayout.JAVA_INT_UNALIGNED));
        }
    }

    @Test
    void abortedWriterKeepsTheTarget() throws IOException {
        Path path = folder.resolve("kept.gguf");
        Files.writeString(path, "before");
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.tensor("a", TensorType.F32, 2).tensor("b", TensorType.F32, 2);
            writer.data("a", MemorySegment.ofArray(new float[2]));
            assertThrows(IllegalStateException.class, writer::finish);
        }
        assertEquals("before", Files.readString(path));
        assertOnly("kept.gguf");
    }

    @Test
    void failedDataCannotBeFinished() throws IOException {
        try (GgufWriter writer = new GgufWriter(folder.resolve("x.gguf"))) {
            writer.tensor("a", TensorType.F32, 2);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.data("a", channel -> channel.write(ByteBuffer.allocate(7))));
            assertThrows(IllegalStateException.class, writer::finish);
            assertThrows(IllegalStateException.class, () -> writer.data("a", MemorySegment.ofArray(new float[2])));
        }
        try (GgufWriter writer = new GgufWriter(folder.resolve("x.gguf"))) {
            writer.tensor("a", TensorType.F32, 2);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.data("a", channel -> channel.write(ByteBuffer.allocate(9))));
        }
        assertOnly();
    }

    @Test
    void refusesWhatTheFormatCannotHold() throws IOException {
        try (GgufWriter writer = new GgufWriter(folder.resolve("x.gguf"))) {
            writer.u32("k", 1).tensor("t", TensorType.F32, 2);
            List.<Runnable>of(
                            () -> writer.u32("k", 2),
                            () -> writer.u32("", 2),
                            () -> writer.u32("k".repeat(65_536), 2),
                            () -> writer.u32("\ud800", 2),
                            () -> writer.u32("big", 1L << 32),
                            () -> writer.u32("big", -1),
                            () -> writer.u32("general.alignment", 32),
                            () -> writer.string("s", "\udc00"),
                            () -> writer.tensor("t", TensorType.F32, 2),
                            () -> writer.tensor("", TensorType.F32, 2),
                            () -> writer.tensor("n".repeat(64), TensorType.F32, 2),
                            () -> writer.tensor("u", TensorType.F32),
                            () -> writer.tensor("u", TensorType.F32, 1, 1, 1, 1, 1),
                            () -> writer.tensor("u", TensorType.F32, 2, 0),
                            () -> writer.tensor("u", TensorType.Q4_0, 33),
                            () -> writer.tensor("u", TensorType.F32, 1L << 62),
                            () -> writer.tensor("u", TensorType.F32, (1L << 61) - 1))
                    .forEach(call -> assertThrows(IllegalArgumentException.class, call::run));
            assertThrows(IllegalStateException.class, () -> writer.alignment(64));
            assertThrows(IllegalStateException.class, () -> writer.data("u", MemorySegment.NULL));
            assertThrows(IllegalArgumentException.class, () -> writer.data("t", MemorySegment.ofArray(new byte[9])));
            writer.data("t", MemorySegment.ofArray(new float[2]));
            assertThrows(IllegalStateException.class, () -> writer.u32("late", 1));
            assertThrows(IllegalStateException.class, () -> writer.tensor("late", TensorType.F32, 1));
            assertThrows(IllegalStateException.class, () -> writer.data("t", MemorySegment.ofArray(new float[2])));
            writer.finish();
            assertThrows(IllegalStateException.class, writer::finish);
        }
        try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"))) {
            assertEquals(List.of("k"), List.copyOf(file.metadata().keys()));
            assertEquals(1, file.tensors().size());
        }
    }

    @Test
    void refusesADirectoryAndAnAbsentFolder() {
        assertThrows(IOException.class, () -> new GgufWriter(folder).close());
        assertThrows(IOException.class, () -> new GgufWriter(folder.resolve("absent/x.gguf")).close());
    }

    private void assertOnly(String... names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(names),
                    files.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }
}
