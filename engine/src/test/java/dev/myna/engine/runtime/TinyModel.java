// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The contents of a small random GGUF: metadata and F32 tensors, open for tests to break one thing before {@link #write}.
 * Values are Integer (u32), Float, Boolean, String, List of String, float[], int[] or boolean[].
 */
final class TinyModel {
    static final int WIDTH = 32;
    static final int PATCHES = 16;

    final Map<String, Object> metadata = new LinkedHashMap<>();
    final Map<String, long[]> tensors = new LinkedHashMap<>();

    /** What every element of the tensors named here is, instead of a random number. */
    final Map<String, Float> constants = new LinkedHashMap<>();

    /** The elements of the tensors named here, instead of random numbers. */
    final Map<String, float[]> values = new LinkedHashMap<>();

    /** A llama decoder with a byte-level SPM vocabulary. */
    static TinyModel decoder() {
        TinyModel model = new TinyModel();
        Map<String, Object> kv = model.metadata;
        kv.put("general.architecture", "llama");
        kv.put("general.name", "tiny");
        kv.put("llama.block_count", 2);
        kv.put("llama.context_length", 256);
        kv.put("llama.embedding_length", WIDTH);
        kv.put("llama.feed_forward_length", 48);
        kv.put("llama.attention.head_count", 4);
        kv.put("llama.attention.head_count_kv", 2);
        kv.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        kv.put("llama.rope.freq_base", 10000f);
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int i = 0; i < 256; i++) {
            tokens.add("<0x%02X>".formatted(i));
            types.add(6);
        }
        for (String piece : new String[] {"\u2581", "a", "e", "i", "o", "\u2581a", "\u2581e", "\u092e", "\u0645"}) {
            tokens.add(piece);
            types.add(1);
        }
        float[] scores = new float[tokens.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -i;
        }
        kv.put("tokenizer.ggml.model", "llama");
        kv.put("tokenizer.ggml.tokens", tokens);
        kv.put("tokenizer.ggml.scores", scores);
        kv.put(
                "tokenizer.ggml.token_type",
                types.stream().mapToInt(Integer::intValue).toArray());
        kv.put("tokenizer.ggml.bos_token_id", 1);
        kv.put("tokenizer.ggml.eos_token_id", 2);
        model.tensors.put("token_embd.weight", new long[] {WIDTH, tokens.size()});
        model.tensors.put("output.weight", new long[] {WIDTH, tokens.size()});
        model.tensors.put("output_norm.weight", new long[] {WIDTH});
        for (int i = 0; i < 2; i++) {
            String block = "blk." + i + ".";
            model.tensors.put(block + "attn_norm.weight", new long[] {WIDTH});
            model.tensors.put(block + "attn_q.weight", new long[] {WIDTH, WIDTH});
            model.tensors.put(block + "attn_k.weight", new long[] {WIDTH, WIDTH / 2});
            model.tensors.put(block + "attn_v.weight", new long[] {WIDTH, WIDTH / 2});
            model.tensors.put(block + "attn_output.weight", new long[] {WIDTH, WIDTH});
            model.tensors.put(block + "ffn_norm.weight", new long[] {WIDTH});
            model.tensors.put(block + "ffn_gate.weight", new long[] {WIDTH, 48});
            model.tensors.put(block + "ffn_up.weight", new long[] {WIDTH, 48});
            model.tensors.put(block + "ffn_down.weight", new long[] {48, WIDTH});
        }
        return model;
    }

    /** A CLIP tower of 4x4 patches with an mlp projector. */
    static TinyModel vision() {
        TinyModel model = new TinyModel();
        Map<String, Object> kv = model.metadata;
        kv.put("general.architecture", "clip");
        kv.put("clip.has_vision_encoder", true);
        kv.put("clip.projector_type", "mlp");
        kv.put("clip.vision.image_size", 16);
        kv.put("clip.vision.patch_size", 4);
        kv.put("clip.vision.embedding_length", 24);
        kv.put("clip.vision.feed_forward_length", 40);
        kv.put("clip.vision.projection_dim", WIDTH);
        kv.put("clip.vision.block_count", 2);
        kv.put("clip.vision.attention.head_count", 3);
        kv.put("clip.vision.attention.layer_norm_epsilon", 1e-5f);
        kv.put("clip.vision.image_mean", new float[] {0.5f, 0.5f, 0.5f});
        kv.put("clip.vision.image_std", new float[] {0.25f, 0.25f, 0.25f});
        kv.put("clip.use_gelu", false);
        model.tensors.put("v.class_embd", new long[] {24});
        model.tensors.put("v.patch_embd.weight", new long[] {4, 4, 3, 24});
        model.tensors.put("v.position_embd.weight", new long[] {24, PATCHES + 1});
        model.pair("v.pre_ln", 24);
        for (int i = 0; i < 2; i++) {
            String block = "v.blk." + i + ".";
            for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_out"}) {
                model.pair(block + name, 24, 24);
            }
            model.pair(block + "ln1", 24);
            model.pair(block + "ln2", 24);
            model.pair(block + "ffn_down", 24, 40);
            model.pair(block + "ffn_up", 40, 24);
        }
        model.pair("mm.0", 24, WIDTH);
        model.pair("mm.2", WIDTH, WIDTH);
        return model;
    }

    private void pair(String name, long... shape) {
        tensors.put(name + ".weight", shape);
        tensors.put(name + ".bias", new long[] {shape[shape.length - 1]});
    }

    TinyModel with(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    TinyModel without(String keyOrTensor) {
        if (metadata.remove(keyOrTensor) == null && tensors.remove(keyOrTensor) == null) {
            throw new AssertionError("nothing is called " + keyOrTensor);
        }
        return this;
    }

    TinyModel shape(String tensor, long... shape) {
        tensors.put(tensor, shape);
        return this;
    }

    /** Adds a tensor of one dimension. */
    TinyModel tensor(String tensor, float... elements) {
        values.put(tensor, elements);
        return shape(tensor, elements.length);
    }

    TinyModel filledWith(String tensor, float value) {
        constants.put(tensor, value);
        return this;
    }

    /** Writes the file; the same contents always give the same bytes. */
    Path write(Path folder, String name) {
        Path path = folder.resolve(name);
        Random random = new Random(7);
        try (GgufWriter writer = new GgufWriter(path);
                Arena arena = Arena.ofConfined()) {
            metadata.forEach((key, value) -> put(writer, key, value));
            tensors.forEach((tensor, shape) -> writer.tensor(tensor, TensorType.F32, shape));
            for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
                long elements = 1;
                for (long dimension : tensor.getValue()) {
                    elements *= dimension;
                }
                MemorySegment data = arena.allocate(ValueLayout.JAVA_FLOAT, elements);
                boolean norm = tensor.getKey().contains("norm.weight")
                        || tensor.getKey().contains("ln.weight")
                        || tensor.getKey().matches(".*ln[12].weight");
                for (long i = 0; i < elements; i++) {
                    float value = norm ? 1 : (float) (random.nextGaussian() * 0.3);
                    value = constants.getOrDefault(tensor.getKey(), value);
                    float[] chosen = values.get(tensor.getKey());
                    data.setAtIndex(ValueLayout.JAVA_FLOAT, i, chosen == null ? value : chosen[(int) i]);
                }
                writer.data(tensor.getKey(), data);
            }
            writer.finish();
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static void put(GgufWriter writer, String key, Object value) {
        switch (value) {
            case Integer number -> writer.u32(key, Integer.toUnsignedLong(number));
            case Long number -> writer.u64(key, number);
            case Float number -> writer.f32(key, number);
            case Boolean flag -> writer.bool(key, flag);
            case String text -> writer.string(key, text);
            case List<?> strings ->
                writer.byteStrings(
                        key,
                        ((List<String>) strings)
                                .stream()
                                        .map(each -> each.getBytes(StandardCharsets.UTF_8))
                                        .toArray(byte[][]::new));
            case float[] numbers -> writer.floats(key, numbers);
            case boolean[] bools -> writer.bools(key, bools);
            case int[] numbers -> writer.integers(key, numbers);
            default -> throw new AssertionError(key + ": " + value.getClass());
        }
    }
}
