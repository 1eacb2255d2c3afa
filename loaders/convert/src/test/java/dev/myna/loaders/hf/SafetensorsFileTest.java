// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Allocation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    @Test
    void readsTensorsInTheOrderOfTheHeader() throws IOException {
        String header = """
                {"b":{"data_offsets":[8,16],"shape":[2],"dtype":"F32","extra":[{}]},"__metadata__":{"format":"pt"},
                 "a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[8,8]},
                 "scalar":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}   """;
        byte[] data = new Bytes()
                .number(0x3F80, 2)
                .number(0x4000, 2)
                .number(0x4040, 2)
                .number(0xBF80, 2)
                .floats(5, 6, 7)
                .toArray();
        Path path = folder.resolve("a.safetensors");
        Files.write(path, Bytes.safetensors(header, data));
        try (Checkpoint file = SafetensorsFile.open(path)) {
            assertEquals(List.of("b", "a", "none", "scalar"), List.copyOf(file.names()));
            SourceTensor a = file.find("a").orElseThrow();
            assertEquals("a", a.name());
            assertEquals(path, a.file());
            assertEquals(ElementType.BF16, a.type());
            assertEquals(List.of(2L, 2L), a.shape());
            assertArrayEquals(new float[] {1, 2, 3, -1}, Values.floats(a, 3));
            assertArrayEquals(new float[] {5, 6}, Values.floats(file.find("b").orElseThrow(), 1));
            assertEquals(0, file.find("none").orElseThrow().elements());
            assertEquals(0, Values.stored(file.find("none").orElseThrow()).length);
            assertEquals(1, file.find("scalar").orElseThrow().elements());
            assertArrayEquals(new float[] {7}, Values.floats(file.find("scalar").orElseThrow(), 1));
            assertTrue(file.find("c").isEmpty());
            assertThrows(IndexOutOfBoundsException.class, () -> a.read(3, MemorySegment.ofArray(new byte[4])));
            assertThrows(IndexOutOfBoundsException.class, () -> a.read(-1, MemorySegment.ofArray(new byte[2])));
            assertThrows(UnsupportedOperationException.class, () -> file.names().clear());
            file.close();
            assertThrows(IllegalStateException.class, () -> Values.stored(a));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryElementType(ElementType type) {
        byte[] data = new byte[3 * type.bytes()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i + 1);
        }
        byte[] file = Bytes.safetensors(tensor("t", type.name(), "[3]", 0, data.length), data);
        byte[] read = Hostile.with(file, bytes -> {
            SourceTensor tensor = SafetensorsFile.read(bytes).find("t").orElseThrow();
            assertEquals(type, tensor.type());
            return Values.stored(tensor);
        });
        assertArrayEquals(data, read);
    }

    @Test
    void refusesHeaderLengths() {
        for (long length : new long[] {-1, Long.MIN_VALUE, 3, 100_000_001, 1L << 62, 1L << 32}) {
            refuses(new Bytes().number(length, 8).text("{}").toArray(), "header length", Long.toUnsignedString(length));
        }
        refuses(new byte[7], "too few");
        refuses(new byte[0], "too few");
        refuses(new byte[8], "does not begin with '{'");
        refuses(Bytes.safetensors(" {}", new byte[0]), "does not begin with '{'");
    }

    @Test
    void refusesMalformedHeaders() {
        refusesHeader("{", "not valid JSON");
        refusesHeader("{}x", "not valid JSON");
        refusesHeader("{}{}", "something follows");
        refusesHeader("{\"a\":1}", "tensor \"a\" must be an object");
        refusesHeader("{\"a\":{}}", "tensor \"a\" must have dtype, shape and data_offsets");
        refusesHeader("{\"a\":{\"dtype\":7}}", "tensor \"a\": dtype must be a string");
        refusesHeader("{\"a\":{\"shape\":7}}", "tensor \"a\": shape must be a list");
        refusesHeader("{\"a\":{\"shape\":[1.5]}}", "tensor \"a\": shape must be a list of integers");
        refusesHeader("{\"a\":{\"shape\":[-1]}}", "tensor \"a\": shape holds -1");
        refusesHeader("{\"a\":{\"shape\":[99999999999999999999]}}", "shape holds an integer of more than 64 bits");
        refusesHeader("{\"a\":{\"shape\":[1,1,1,1,1,1,1,1,1]}}", "more than 8");
        refusesHeader(tensor("a", "F8_E4M3", "[]", 0, 1), "tensor \"a\"", "dtype \"F8_E4M3\" is not supported");
        refusesHeader("{\"__metadata__\":" + "[".repeat(100_000), "not valid JSON");
        refuses(Bytes.safetensors("{\"\u0000\"", new byte[0]), "not valid JSON");
        refuses(new Bytes().number(3, 8).u8('{', 0xFF, '}').toArray(), "not valid UTF-8");
    }

    @Test
    void refusesNamesThatAppearTwice() {
        String a = tensor("a", "U8", "[1]", 0, 1);
        String twice = a.substring(0, a.length() - 1) + ","
                + tensor("a", "U8", "[1]", 1, 2).substring(1);
        refuses(Bytes.safetensors(twice, new byte[2]), "header: the name \"a\" appears twice");
        String field = "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        refuses(Bytes.safetensors(field, new byte[1]), "tensor \"a\": the name \"dtype\" appears twice");
    }

    /** Far more tensors than a model has, each of no element: what is built for them is larger than the file. */
    @Test
    void refusesTooManyTensors() {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= JsonDocument.MAX_NAMES; i++) {
            header.append(i == 0 ? "\"" : ",\"").append(i);
            header.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        refuses(Bytes.safetensors(header.append('}').toString(), new byte[0]), "header has more than 262144 names");
    }

    @Test
    void refusesRangesThatDoNotFitTheShape() {
        refusesHeader(tensor("a", "F32", "[2]", 0, 7), "tensor \"a\"", "hold 7 bytes", "needs 8");
        refusesHeader(tensor("a", "F32", "[2]", 8, 0), "are not a begin and an end");
        refusesHeader("{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0]}}", "are not a begin and an end");
        refusesHeader(tensor("a", "F32", "[4294967296,4294967296]", 0, 0), "overflows 64 bits");
        refusesHeader(tensor("a", "F64", "[2305843009213693952]", 0, 0), "overflows 64 bits");
    }

    @Test
    void refusesDataThatTensorsDoNotFill() {
        refuses(Bytes.safetensors(tensor("a", "U8", "[8]", 0, 8), new byte[7]), "tensor \"a\"", "cut short");
        refuses(Bytes.safetensors(tensor("a", "U8", "[8]", 0, 8), new byte[9]), "has 9 bytes", "fill 8");
        refuses(Bytes.safetensors(tensor("a", "U8", "[7]", 1, 8), new byte[8]), "tensor \"a\"", "must begin at 0");
        refuses(two(0, 4, 5, 8), "tensor \"b\"", "must begin at 4");
        refuses(two(0, 4, 3, 8), "tensor \"b\"", "must begin at 4");
        refuses(two(0, 8, 0, 8), "must begin at 8");
        refuses(Bytes.safetensors("{}", new byte[1]), "has 1 bytes");
        String end = tensor("a", "U8", "[1]", Long.MAX_VALUE - 1, Long.MAX_VALUE);
        refuses(Bytes.safetensors(end, new byte[8]), "tensor \"a\"", "cut short");
    }

    @Test
    void refusesPathsThatAreNotFiles() {
        assertTrue(assertThrows(CheckpointException.class, () -> SafetensorsFile.open(folder))
                .getMessage()
                .contains("not a regular file"));
        assertTrue(assertThrows(CheckpointException.class, () -> SafetensorsFile.open(folder.resolve("none")))
                .getMessage()
                .contains("no such file"));
    }

    /** The largest possible sizes; a header that repeats them must not cost more than its bytes. */
    @Test
    void claimedSizesAllocateNothing() {
        byte[] length = new Bytes().number(99_999_999, 8).text("{}").toArray();
        byte[] shape = Bytes.safetensors(tensor("a", "U8", "[" + Long.MAX_VALUE + "]", 0, Long.MAX_VALUE), new byte[4]);
        Hostile.refusal(length, SafetensorsFile::read);
        Hostile.refusal(shape, SafetensorsFile::read);
        long before = Allocation.bytes();
        Hostile.refusal(length, SafetensorsFile::read);
        Hostile.refusal(shape, SafetensorsFile::read);
        long allocated = Allocation.bytes() - before;
        assertTrue(allocated < 1 << 20, allocated + " bytes were allocated");
    }

    private static byte[] two(int begin, int end, int otherBegin, int otherEnd) {
        String a = tensor("a", "U8", "[" + (end - begin) + "]", begin, end);
        String b = tensor("b", "U8", "[" + (otherEnd - otherBegin) + "]", otherBegin, otherEnd);
        return Bytes.safetensors(a.substring(0, a.length() - 1) + "," + b.substring(1), new byte[8]);
    }

    static String tensor(String name, String dtype, String shape, long begin, long end) {
        return "{\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}}";
    }

    private static void refusesHeader(String header, String... parts) {
        refuses(Bytes.safetensors(header, new byte[8]), parts);
    }

    private static void refuses(byte[] file, String... parts) {
        Hostile.refuses(file, SafetensorsFile::read, parts);
    }
}
