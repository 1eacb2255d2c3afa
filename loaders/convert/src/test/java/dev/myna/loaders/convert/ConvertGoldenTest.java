// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Tiny checkpoints in every published layout become the expected files: every tensor, every key, every token. */
@NeedsGolden
class ConvertGoldenTest {
    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> everyTensorKeyAndTokenInF32() {
        return models().stream()
                .map(model -> DynamicTest.dynamicTest(model.get("name").toString(), () -> {
                    try (Conversion conversion = open(model)) {
                        assertEquals(List.of(), conversion.plan().unused());
                        try (GgufFile text = write(conversion, conversion.plan().text(), FileType.F32)) {
                            compareTensors(model, "text", text, TensorType.F32);
                            compareKeys(map(model, "kv_text"), text.metadata());
                            compareVocabulary(Golden.json("convert/" + model.get("vocab")), text.metadata());
                        }
                        try (GgufFile vision =
                                write(conversion, conversion.plan().vision(), FileType.F32)) {
                            compareTensors(model, "vision", vision, TensorType.F32);
                            compareKeys(map(model, "kv_vision"), vision.metadata());
                        }
                    }
                }))
                .toList();
    }

    @TestFactory
    List<DynamicTest> everyMatrixRoundedToF16() {
        return models().stream()
                .map(model -> DynamicTest.dynamicTest(model.get("name").toString(), () -> {
                    try (Conversion conversion = open(model);
                            GgufFile text = write(conversion, conversion.plan().text(), FileType.F16);
                            GgufFile vision =
                                    write(conversion, conversion.plan().vision(), FileType.F16)) {
                        compareTensors(model, "text", text, TensorType.F16);
                        compareTensors(model, "vision", vision, TensorType.F16);
                    }
                }))
                .toList();
    }

    @Test
    void threadsDoNotChangeTheBytes() throws IOException {
        Map<String, Object> model = models().getFirst();
        try (Conversion conversion = open(model)) {
            Path one = folder.resolve("one.gguf");
            Path five = folder.resolve("five.gguf");
            PlannedFile text = conversion.plan().text();
            conversion.write(text, FileType.Q8_0, one, 1, _ -> {});
            conversion.write(text, FileType.Q8_0, five, 5, _ -> {});
            assertEquals(-1, java.nio.file.Files.mismatch(one, five));
        }
    }

    private GgufFile write(Conversion conversion, PlannedFile file, FileType type) throws IOException {
        Path target = folder.resolve(file.architecture() + "-" + type + ".gguf");
        long[] written = {0};
        conversion.write(file, type, target, 2, bytes -> written[0] = bytes);
        assertEquals(Conversion.bytes(file, type), written[0]);
        return GgufFile.open(target);
    }

    private static Conversion open(Map<String, Object> model) {
        Optional<Path> clip = Optional.ofNullable(model.get("clip")).map(name -> Golden.path("convert/" + name));
        return Conversion.open(
                Golden.path("convert/" + model.get("checkpoint")),
                clip,
                model.get("name").toString());
    }

    private static void compareTensors(Map<String, Object> model, String part, GgufFile file, TensorType matrices) {
        float[] all = Golden.floats("convert/" + model.get(part + "_file"));
        List<Map<String, Object>> tensors = list(model, part);
        assertTrue(tensors.size() > 15);
        assertEquals(tensors.size(), file.tensors().size());
        for (Map<String, Object> expected : tensors) {
            String name = expected.get("name").toString();
            Tensor tensor = file.tensors().get(name);
            assertNotNull(tensor, name);
            assertEquals(longs(expected.get("ne")), tensor.shape(), name);
            int first = ((Number) expected.get("offset")).intValue() / Float.BYTES;
            int count = ((Number) expected.get("nbytes")).intValue() / Float.BYTES;
            float[] values = Arrays.copyOfRange(all, first, first + count);
            if (tensor.type() == TensorType.F32) {
                assertArrayEquals(values, tensor.data().toArray(FLOAT), name);
                boolean stays = tensor.shape().size() != 2 || name.equals("mm.moe.gate.weight");
                assertTrue(stays || matrices == TensorType.F32, name);
            } else {
                assertEquals(matrices, tensor.type(), name);
                assertArrayEquals(halves(values), tensor.data().toArray(SHORT), name);
            }
        }
    }

    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        return halves;
    }

    private static void compareKeys(Map<?, ?> expected, GgufMetadata metadata) {
        assertTrue(expected.size() > 5);
        expected.forEach((key, value) -> {
            String name = key.toString();
            switch (value) {
                case String string -> assertEquals(string, metadata.string(name), name);
                case Boolean bool -> assertEquals(bool, metadata.bool(name, !bool), name);
                case Integer integer
                when name.endsWith("freq_base") -> assertEquals(integer.floatValue(), metadata.number(name), name);
                case Integer integer ->
                    assertEquals(integer, metadata.integer(name, Integer.MIN_VALUE, Integer.MAX_VALUE), name);
                case Number number -> assertEquals(number.floatValue(), metadata.number(name), name);
                case List<?> list -> assertArrayEquals(integers(list), metadata.integers(name), name);
                default -> throw new AssertionError(name + ": " + value);
            }
        });
    }

    private static void compareVocabulary(Map<String, Object> expected, GgufMetadata metadata) {
        assertEquals(expected.get("model"), metadata.string("tokenizer.ggml.model"));
        assertEquals(expected.get("tokens"), metadata.strings("tokenizer.ggml.tokens"));
        assertArrayEquals(
                integers((List<?>) expected.get("token_type")), metadata.integers("tokenizer.ggml.token_type"));
        if (expected.containsKey("scores")) {
            List<?> scores = (List<?>) expected.get("scores");
            float[] written = metadata.floats("tokenizer.ggml.scores");
            assertEquals(scores.size(), written.length);
            IntStream.range(0, written.length)
                    .forEach(i -> assertEquals(((Number) scores.get(i)).floatValue(), written[i]));
        }
        if (expected.containsKey("merges")) {
            assertEquals(expected.get("merges"), metadata.strings("tokenizer.ggml.merges"));
            assertEquals(expected.get("pre"), metadata.string("tokenizer.ggml.pre"));
        }
        Map.of("bos", "bos", "eos", "eos", "unk", "unknown", "pad", "padding").forEach((role, key) -> {
            if (expected.containsKey(role)) {
                assertEquals(
                        expected.get(role),
                        metadata.integer("tokenizer.ggml." + key + "_token_id", 0, Integer.MAX_VALUE),
                        key);
            }
        });
    }

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    private static List<Map<String, Object>> models() {
        return list(Golden.json("convert/manifest.json"), "models");
    }

    private static List<Long> longs(Object list) {
        return ((List<?>) list)
                .stream().map(value -> ((Number) value).longValue()).toList();
    }

    private static int[] integers(List<?> list) {
        return list.stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }

    private static Map<?, ?> map(Map<String, Object> json, String key) {
        return (Map<?, ?>) json.get(key);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> json, String key) {
        return (List<Map<String, Object>>) json.get(key);
    }
}
