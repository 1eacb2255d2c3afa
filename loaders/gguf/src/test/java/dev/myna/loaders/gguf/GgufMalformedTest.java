// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static dev.myna.loaders.gguf.GgufBytes.ARRAY;
import static dev.myna.loaders.gguf.GgufBytes.BOOL;
import static dev.myna.loaders.gguf.GgufBytes.F32;
import static dev.myna.loaders.gguf.GgufBytes.I32;
import static dev.myna.loaders.gguf.GgufBytes.STRING;
import static dev.myna.loaders.gguf.GgufBytes.U32;
import static dev.myna.loaders.gguf.GgufBytes.U64;
import static dev.myna.loaders.gguf.GgufBytes.U8;
import static dev.myna.loaders.gguf.GgufBytes.header;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers that break one rule each: cases G-01 to G-14 of the safety contract. */
@Timeout(60)
class GgufMalformedTest {
    private static final long MINUS_ONE = -1;
    private static final long HIGH_BIT = Long.MIN_VALUE;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"containers", "keys", "values", "alignments", "tensorInfos", "tensorData"})
    void refuses(String id, GgufBytes file, String rule) {
        String message = Hostile.refusal(file.toArray());
        assertTrue(message.contains(rule), () -> id + ": \"" + message + "\" does not say \"" + rule + '"');
    }

    @Test
    void g01TruncationAtEveryByte() {
        byte[] valid = GgufBytes.valid().toArray();
        assertTrue(Hostile.reads(valid));
        for (int length = 0; length < valid.length; length++) {
            Hostile.refusal(Arrays.copyOf(valid, length));
        }
    }

    @Test
    void g01EveryBitFlipReadsOrIsRefused() {
        byte[] valid = GgufBytes.valid().toArray();
        int refused = 0;
        for (int bit = 0; bit < 8 * valid.length; bit++) {
            byte[] flipped = valid.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            refused += Hostile.reads(flipped) ? 0 : 1;
        }
        // Changed text and weights cannot be detected; changed counts, types, lengths and offsets must be.
        assertTrue(refused > valid.length, "only " + refused + " flips were refused");
    }

    @Test
    void g14TrailingBytesAreHarmless() {
        assertTrue(Hostile.reads(GgufBytes.valid().zeros(100).toArray()));
        assertTrue(Hostile.reads(header(3, 0, 0).toArray()));
        assertTrue(Hostile.reads(header(3, 0, 0).zeros(3).toArray()));
    }

    @Test
    void g13LongestTensorNameIsRead() {
        assertTrue(Hostile.reads(oneTensor("n".repeat(63), 0, 0, 8).toArray()));
        assertFalse(Hostile.reads(oneTensor("n".repeat(64), 0, 0, 8).toArray()));
    }

    static Stream<Arguments> containers() {
        return Stream.of(
                arguments("G-01 empty", new GgufBytes(), "the file is empty"),
                arguments("G-01 one byte", new GgufBytes().ascii("G"), "magic needs 4 bytes, but 1 are left"),
                arguments("G-01 23 bytes", cut(23), "key count needs 8 bytes"),
                arguments("G-02 bad magic", new GgufBytes().ascii("GGML").zeros(20), "47474d4c"),
                arguments("G-02 magic swapped", new GgufBytes().ascii("FUGG").zeros(20), "it is no GGUF file"),
                arguments("G-02 big-endian", header(3 << 24, 0, 0), "big-endian"),
                arguments("G-03 version 0", header(0, 0, 0), "GGUF version 0 is not supported"),
                arguments("G-03 version 1", header(1, 0, 0), "GGUF version 1 is not supported"),
                arguments("G-03 version 4", header(4, 0, 0), "GGUF version 4 is not supported"),
                arguments("G-03 version 2^32-1", header(-1, 0, 0), "GGUF version 4294967295 is not supported"),
                arguments("G-04 tensors -1", header(3, MINUS_ONE, 0), "tensor count is 18446744073709551615"),
                arguments("G-04 tensors 2^63", header(3, HIGH_BIT, 0), "tensor count is 9223372036854775808"),
                arguments("G-04 keys -1", header(3, 0, MINUS_ONE), "key count is 18446744073709551615"),
                arguments("G-04 keys 2^63", header(3, 0, HIGH_BIT), "key count is 9223372036854775808"),
                arguments("G-04 tensors > bytes", header(3, 31, 0).zeros(1000), "at most 30 can be right"),
                arguments("G-04 keys > bytes", header(3, 0, 72).zeros(1000), "at most 71 can be right"));
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                arguments("G-05 length 0", key("").u32(U8).zeros(99), "key is 0 bytes long"),
                arguments("G-05 65 536", key("k".repeat(65_536)).u32(U8).zeros(1), "it must have 1 to 65535"),
                arguments("G-05 2^64-1", header(3, 0, 1).u64(MINUS_ONE).zeros(99), "18446744073709551615 bytes long"),
                arguments("G-05 past end", header(3, 0, 1).u64(100).zeros(99), "key is 100 bytes long, but 99"),
                arguments(
                        "G-05 not UTF-8",
                        header(3, 0, 1)
                                .string(new byte[] {'a', (byte) 0xC3})
                                .u32(U8)
                                .zeros(9),
                        "key 0 at byte 24: key is not valid UTF-8"),
                arguments(
                        "G-05 duplicate",
                        header(3, 0, 2)
                                .key("same", U8)
                                .zeros(1)
                                .key("same", BOOL)
                                .zeros(1),
                        "key \"same\" at byte 58: the key appears twice"),
                arguments(
                        "G-05 terminal escapes",
                        header(3, 0, 1).key("\u001b[31m\n\u202e", 77).zeros(9),
                        "key \"\\u{1b}[31m\\u{a}\\u{202e}\""));
    }

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("G-06 type 13", key("k").u32(13).zeros(8), "value type 13 is unknown"),
                arguments("G-06 type 2^32-1", key("k").u32(-1).zeros(8), "value type 4294967295 is unknown"),
                arguments("G-06 element type 13", array(13, 1).zeros(8), "element type 13 is unknown"),
                arguments("G-06 depth 1000", nested(1000), "arrays of arrays are not supported"),
                arguments("G-06 size overflow", array(U64, 1L << 61).zeros(8), "element count is 2305843009213693952"),
                arguments("G-06 count 2^64-1", array(U8, MINUS_ONE).zeros(8), "element count is 18446744073709551615"),
                arguments("G-06 past end", array(U32, 3).zeros(11), "at most 2 can be right"),
                arguments("G-06 bool of 2", key("k").u32(BOOL).number(2, 1), "a bool is stored as 0 or 1, not as 2"),
                arguments("G-07 string", key("k").u32(STRING).u64(9).zeros(8), "string is 9 bytes long, but 8"),
                arguments("G-07 2^64-1", key("k").u32(STRING).u64(MINUS_ONE).zeros(8), "18446744073709551615 bytes"),
                arguments(
                        "G-07 in an array", array(STRING, 2).string("a").u64(2).zeros(1), "is 2 bytes long, but 1"),
                arguments("G-20 2^64-1 tokens", array(STRING, MINUS_ONE).zeros(80), "string count is"),
                arguments("G-20 tokens > bytes", array(STRING, 11).zeros(80), "at most 10 can be right"));
    }

    static Stream<Arguments> alignments() {
        return Stream.of(
                arguments("G-08 alignment 0", alignment(U32).u32(0), "the value is 0; it must be a power of two"),
                arguments("G-08 alignment 3", alignment(U32).u32(3), "the value is 3"),
                arguments("G-08 alignment 4", alignment(U32).u32(4), "the value is 4"),
                arguments("G-08 alignment 24", alignment(U32).u32(24), "the value is 24"),
                arguments("G-08 alignment 2^31", alignment(U32).u32(1L << 31), "the value is 2147483648"),
                arguments("G-08 u64", alignment(U64).u64(32), "the type is U64; it must be U32"),
                arguments("G-08 i32", alignment(I32).u32(32), "the type is I32; it must be U32"),
                arguments("G-08 array", alignment(ARRAY).u32(U32).u64(1).u32(32), "the type is array of U32"));
    }

    static Stream<Arguments> tensorInfos() {
        return Stream.of(
                arguments("G-09 n_dims 0", oneTensor("w", 0, 0), "the tensor has 0 dimensions"),
                arguments("G-09 n_dims 5", oneTensor("w", 0, 0, 1, 1, 1, 1, 1), "the tensor has 5 dimensions"),
                arguments(
                        "G-09 n_dims 2^32-1",
                        header(3, 1, 0).string("w").u32(-1).zeros(99),
                        "4294967295 dimensions"),
                arguments("G-09 dimension 0", oneTensor("w", 0, 0, 4, 0), "dimension 1 is 0"),
                arguments("G-09 negative", oneTensor("w", 0, 0, MINUS_ONE), "dimension 0 is 18446744073709551615"),
                arguments("G-09 elements overflow", oneTensor("w", 0, 0, 1L << 32, 1L << 32), "overflows 64 bits"),
                arguments("G-09 bytes overflow", oneTensor("w", 0, 0, 1L << 62), "overflows 64 bits"),
                arguments("G-09 padded overflow", oneTensor("w", 1, 0, Long.MAX_VALUE / 2), "bytes short"),
                arguments("G-09 sum overflow", sumOverflow(), "bytes short"),
                arguments("G-10 Q4_0 row of 33", oneTensor("w", 2, 0, 33), "not a whole number of Q4_0 blocks of 32"),
                arguments("G-10 Q4_K row of 32", oneTensor("w", 12, 0, 32, 8), "Q4_K blocks of 256"),
                arguments("G-11 type 4", oneTensor("w", 4, 0, 32), "tensor type 4 (Q4_2) was removed"),
                arguments("G-11 type 32", oneTensor("w", 32, 0, 32), "tensor type 32 (Q4_0_4_8) was removed"),
                arguments("G-11 type 9", oneTensor("w", 9, 0, 32), "tensor type 9 (Q8_1) is not supported"),
                arguments("G-11 type 21", oneTensor("w", 21, 0, 256), "tensor type 21 (IQ3_S) is not supported"),
                arguments("G-11 type 34", oneTensor("w", 34, 0, 256), "tensor type 34 (TQ1_0) is not supported"),
                arguments("G-11 type 99", oneTensor("w", 99, 0, 32), "tensor type 99 is unknown"),
                arguments("G-11 type 2^32-1", oneTensor("w", -1, 0, 32), "tensor type 4294967295 is unknown"),
                arguments("G-13 duplicate", twoTensors("w", "w", 32), "the tensor appears twice"),
                arguments("G-13 empty", oneTensor("", 0, 0, 8), "tensor name is 0 bytes long"),
                arguments("G-13 64 bytes", oneTensor("n".repeat(64), 0, 0, 8), "it must have 1 to 63"),
                arguments(
                        "G-13 not UTF-8",
                        header(3, 1, 0).string(new byte[] {(byte) 0xFF}).zeros(99),
                        "tensor name is not valid UTF-8"));
    }

    static Stream<Arguments> tensorData() {
        byte[] valid = GgufBytes.valid().toArray();
        return Stream.of(
                arguments("G-12 unaligned", oneTensor("w", 0, 4, 2), "offset 4 is not a multiple of the alignment 32"),
                arguments("G-12 past end", oneTensor("w", 0, 64, 8), "the file is 64 bytes short"),
                arguments("G-12 beyond the file", oneTensor("w", 0, 1L << 40, 8), "data offset is 1099511627776"),
                arguments("G-12 into the header", oneTensor("w", 0, -32, 8), "data offset is 18446744073709551584"),
                arguments("G-12 overlap", twoTensors("a", "b", 0), "overlaps tensor \"a\", which ends at 32"),
                arguments(
                        "G-14 one byte short",
                        new GgufBytes().raw(Arrays.copyOf(valid, valid.length - 1)),
                        "tensor \"q\" at byte"),
                arguments(
                        "G-14 says by how much",
                        new GgufBytes().raw(Arrays.copyOf(valid, valid.length - 1)),
                        "the file is 1 bytes short"),
                arguments(
                        "G-14 no data section",
                        header(3, 1, 0).tensor("w", 0, 0, 8),
                        "offset 0 of a data section of 0 bytes: the file is 32 bytes short"));
    }

    /** A truncated download: the message says how much is there and how much there should be, for every cut. */
    @Test
    void truncatedFilesAreReportedAsIncomplete() {
        byte[] valid = GgufBytes.valid().toArray();
        for (int length = 4; length < valid.length; length++) {
            String message = Hostile.refusal(Arrays.copyOf(valid, length));
            assertTrue(message.contains("incomplete") && message.contains("fetch it again"), length + ": " + message);
        }
        String message = Hostile.refusal(Arrays.copyOf(valid, valid.length - 20));
        String expected = "incomplete: " + (valid.length - 20) + " of " + valid.length + " bytes; fetch it again";
        assertTrue(message.contains(expected), message);
        message = Hostile.refusal(Arrays.copyOf(valid, 60));
        assertTrue(message.contains("the file is incomplete, it ends within its header after 60 bytes"), message);
    }

    private static GgufBytes cut(int length) {
        return new GgufBytes().raw(Arrays.copyOf(header(3, 0, 0).toArray(), length));
    }

    private static GgufBytes key(String key) {
        return header(3, 0, 1).string(key);
    }

    private static GgufBytes array(int element, long count) {
        return key("k").u32(ARRAY).u32(element).u64(count);
    }

    private static GgufBytes alignment(int type) {
        return key("general.alignment").u32(type);
    }

    private static GgufBytes nested(int depth) {
        GgufBytes bytes = key("k").u32(ARRAY);
        for (int i = 0; i < depth; i++) {
            bytes.u32(ARRAY).u64(1);
        }
        return bytes.u32(F32).u64(1).f32(1);
    }

    private static GgufBytes oneTensor(String name, int type, long offset, long... shape) {
        return header(3, 1, 0).tensor(name, type, offset, shape).align(32).zeros(32);
    }

    private static GgufBytes twoTensors(String first, String second, long offset) {
        return header(3, 2, 0)
                .tensor(first, 0, 0, 8)
                .tensor(second, 0, offset, 8)
                .align(32)
                .zeros(64);
    }

    /** Two tensors of 2^62 bytes each, whose sum with the offset no longer fits. */
    private static GgufBytes sumOverflow() {
        return header(3, 2, 0)
                .tensor("a", 0, 0, 1L << 60)
                .tensor("b", 0, 32, (1L << 61) - 1)
                .align(32)
                .zeros(64);
    }
}
