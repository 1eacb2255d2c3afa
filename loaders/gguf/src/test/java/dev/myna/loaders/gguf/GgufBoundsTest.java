// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static dev.myna.loaders.gguf.GgufBytes.ARRAY;
import static dev.myna.loaders.gguf.GgufBytes.F32;
import static dev.myna.loaders.gguf.GgufBytes.F64;
import static dev.myna.loaders.gguf.GgufBytes.I32;
import static dev.myna.loaders.gguf.GgufBytes.STRING;
import static dev.myna.loaders.gguf.GgufBytes.U32;
import static dev.myna.loaders.gguf.GgufBytes.U64;
import static dev.myna.loaders.gguf.GgufBytes.U8;
import static dev.myna.loaders.gguf.GgufBytes.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Values that are unusual, huge or of the wrong type, but well formed: cases G-15, G-20, G-21 and G-22 for the reader. */
@Timeout(20)
class GgufBoundsTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void release() {
        arena.close();
    }

    @Test
    void g15WrongTypesAreRefusedByEveryGetter() {
        GgufMetadata metadata = metadata(header(3, 0, 4)
                .key("count", STRING)
                .string("7")
                .key("scores", ARRAY)
                .u32(U8)
                .u64(2)
                .zeros(2)
                .key("name", U32)
                .u32(1)
                .key("eps", F64)
                .f64(0.5));
        refused("key \"count\": the type is STRING; it must be an integer", () -> metadata.integer("count", 0, 9));
        refused("key \"count\": the type is STRING; it must be an array", () -> metadata.length("count"));
        refused("key \"scores\": the type is array of U8; it must be an array of F32", () -> metadata.floats("scores"));
        refused("it must be an array of strings", () -> metadata.strings("scores"));
        refused("it must be a single value", () -> metadata.integer("scores", 0, 9));
        refused("key \"name\": the type is U32; it must be a string", () -> metadata.string("name"));
        refused("it must be a bool", () -> metadata.bool("name", true));
        refused("it must be a floating-point number", () -> metadata.number("name"));
        refused("key \"eps\": the type is F64; it must be an integer", () -> metadata.integer("eps", 0, 9));
        refused("it must be an array", () -> metadata.integers("eps"));
        refused("key \"absent\": the key is missing", () -> metadata.describe("absent"));
    }

    @Test
    void g15WrongTypesAreNotHiddenByFallbacks() {
        GgufMetadata metadata =
                metadata(header(3, 0, 1).key("k", ARRAY).u32(U32).u64(0));
        refused("single value", () -> metadata.string("k", "fallback"));
        refused("single value", () -> metadata.bool("k", true));
        refused("single value", () -> metadata.integer("k", 0, 9, 3));
        refused("single value", () -> metadata.number("k", 1f));
    }

    @Test
    void g16IntegersOutsideTheCallersRangeAreRefused() {
        GgufMetadata metadata = metadata(header(3, 0, 4)
                .key("layers", U32)
                .u32(1L << 31)
                .key("max", U64)
                .u64(-1)
                .key("negative", I32)
                .u32(-5)
                .key("ids", ARRAY)
                .u32(U32)
                .u64(2)
                .u32(1)
                .u32(1L << 31));
        refused("the value 2147483648 is not in 1..1024", () -> metadata.integer("layers", 1, 1024));
        refused("the value 18446744073709551615 is not", () -> metadata.integer("max", Integer.MIN_VALUE, 9));
        refused("the value -5 is not in 0..9", () -> metadata.integer("negative", 0, 9));
        refused("the value 2147483648 is not in", () -> metadata.integers("ids"));
    }

    @Test
    void g20OddTokensAreReadUnchanged() {
        byte[] invalid = {(byte) 0xE0, (byte) 0xA4};
        byte[] long1MiB = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        GgufMetadata metadata = metadata(header(3, 0, 2)
                .key("none", ARRAY)
                .u32(STRING)
                .u64(0)
                .key("tokens", ARRAY)
                .u32(STRING)
                .u64(2)
                .string(invalid)
                .string(long1MiB));
        assertEquals(0, metadata.strings("none").size());
        byte[][] tokens = metadata.byteStrings("tokens");
        assertArrayEquals(invalid, tokens[0]);
        assertArrayEquals(long1MiB, tokens[1]);
        assertEquals(
                new String(invalid, StandardCharsets.UTF_8),
                metadata.strings("tokens").getFirst());
        assertTrue(metadata.describe("tokens").length() < 200, "a description is short");
    }

    @Test
    void g21TemplateOfTenMebibytesIsReadAndDescribedShortly() {
        String template = "{{ x }}\n".repeat((10 << 20) / 8);
        GgufMetadata metadata =
                metadata(header(3, 0, 1).key("tokenizer.chat_template", STRING).string(template));
        assertEquals(template, metadata.string("tokenizer.chat_template"));
        assertTrue(metadata.describe("tokenizer.chat_template").length() < 400);
    }

    @Test
    void g21StringAboveTheLimitIsRefusedWhenRead() {
        int length = (64 << 20) + 1;
        GgufMetadata metadata =
                metadata(header(3, 0, 1).key("big", STRING).u64(length).zeros(length));
        refused("the string has 67108865 bytes; at most 67108864", () -> metadata.string("big"));
        assertTrue(metadata.describe("big").length() < 800);
    }

    @Test
    void g22NonFiniteMetadataIsRefusedButNotWeights() {
        GgufFile file = file(header(3, 1, 4)
                .key("nan", F32)
                .f32(Float.NaN)
                .key("infinite", F32)
                .f32(Float.NEGATIVE_INFINITY)
                .key("wide", F64)
                .f64(1e300)
                .key("array", ARRAY)
                .u32(F32)
                .u64(1)
                .f32(Float.NaN)
                .tensor("w", 0, 0, 2)
                .align(32)
                .f32(Float.NaN, Float.POSITIVE_INFINITY));
        GgufMetadata metadata = file.metadata();
        refused("key \"nan\": the value is NaN; it must be a finite float", () -> metadata.number("nan"));
        refused("the value is -Infinity", () -> metadata.number("infinite"));
        refused("the value is 1.0E300", () -> metadata.number("wide", 1f));
        assertArrayEquals(new float[] {Float.NaN}, metadata.floats("array"));
        float[] weights = file.require("w", 2).data().toArray(ValueLayout.JAVA_FLOAT);
        assertArrayEquals(new float[] {Float.NaN, Float.POSITIVE_INFINITY}, weights);
    }

    private GgufFile file(GgufBytes bytes) {
        return GgufFile.of(GgufBytes.nativeCopy(bytes.toArray(), arena), Hostile.NAME);
    }

    private GgufMetadata metadata(GgufBytes bytes) {
        return file(bytes).metadata();
    }

    private static void refused(String rule, Executable call) {
        String message = Hostile.checked(assertThrows(GgufException.class, call));
        assertTrue(message.contains(rule), () -> '"' + message + "\" does not say \"" + rule + '"');
    }
}
