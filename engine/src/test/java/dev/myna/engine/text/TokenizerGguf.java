// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufFile;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A GGUF file in memory with tokenizer keys only. Tests change keys to invalid ones. */
final class TokenizerGguf {
    static final String NAME = "hostile.gguf";

    private final Map<String, Object> values = new LinkedHashMap<>();

    TokenizerGguf(String model, Vocabulary vocabulary) {
        put("tokenizer.ggml.model", model);
        put(Vocabulary.TOKENS, vocabulary.pieces());
        put(Vocabulary.TYPES, vocabulary.types());
        put(Vocabulary.EOS, vocabulary.eos());
        if (model.equals("llama")) {
            put(Vocabulary.SCORES, vocabulary.scores());
        } else {
            put(Vocabulary.MERGES, vocabulary.merges());
            put("tokenizer.ggml.pre", "qwen2");
        }
    }

    /** A String, Boolean, Integer (i32), byte[][] (strings), int[] (i32) or float[]. */
    TokenizerGguf put(String key, Object value) {
        values.put(key, value);
        return this;
    }

    TokenizerGguf remove(String key) {
        values.remove(key);
        return this;
    }

    Tokenizer load() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        integer(out, 3);
        count(out, 0);
        count(out, values.size());
        values.forEach((key, value) -> {
            string(out, key.getBytes(StandardCharsets.UTF_8));
            write(out, value);
        });
        while (out.size() % 32 != 0) {
            out.write(0);
        }
        byte[] bytes = out.toByteArray();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes.length, 64);
            segment.copyFrom(MemorySegment.ofArray(bytes));
            try (GgufFile file = GgufFile.of(segment, NAME)) {
                return Tokenizers.load(file);
            }
        }
    }

    private static void write(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case String text -> {
                integer(out, 8);
                string(out, text.getBytes(StandardCharsets.UTF_8));
            }
            case Boolean flag -> {
                integer(out, 7);
                out.write(flag ? 1 : 0);
            }
            case Integer number -> {
                integer(out, 5);
                integer(out, number);
            }
            case byte[][] strings -> {
                array(out, 8, strings.length);
                for (byte[] string : strings) {
                    string(out, string);
                }
            }
            case int[] numbers -> {
                array(out, 5, numbers.length);
                for (int number : numbers) {
                    integer(out, number);
                }
            }
            case float[] numbers -> {
                array(out, 6, numbers.length);
                for (float number : numbers) {
                    integer(out, Float.floatToRawIntBits(number));
                }
            }
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static void array(ByteArrayOutputStream out, int type, int length) {
        integer(out, 9);
        integer(out, type);
        count(out, length);
    }

    private static void string(ByteArrayOutputStream out, byte[] bytes) {
        count(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void integer(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void count(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
