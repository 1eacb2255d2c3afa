// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import tools.jackson.jr.ob.JSON;

/**
 * A checkpoint in a published layout, small enough to write for every test: {@code config.json}, a tokenizer and
 * {@code model.safetensors}. Its parts can be changed before it is written.
 */
public final class TinyCheckpoint {
    private final Map<String, Object> config = new LinkedHashMap<>();
    private final Map<String, Weights> tensors = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    /** Elements of F32, or of F16 if {@code half}; zeros that take no room on the disk if {@code values} is null. */
    private record Weights(long[] shape, float[] values, boolean half) {
        long bytes() {
            return LongStream.of(shape).reduce(half ? 2 : 4, Math::multiplyExact);
        }
    }

    /** A PALO with random F16 weights: two layers of width 64, a tower of three layers, a vocabulary of 300. */
    public static TinyCheckpoint palo() {
        TinyCheckpoint checkpoint = new TinyCheckpoint();
        Random random = new Random(7);
        checkpoint.llama(random, 2, 64, 96, 300);
        checkpoint.tower(random, "model.vision_tower.vision_tower.vision_model.", 3, 64, 128);
        checkpoint.random(random, "model.mm_projector.0.weight", 64, 64);
        checkpoint.random(random, "model.mm_projector.0.bias", 64);
        checkpoint.random(random, "model.mm_projector.2.weight", 64, 64);
        checkpoint.random(random, "model.mm_projector.2.bias", 64);
        return checkpoint
                .config("model_type", "palo")
                .config("image_aspect_ratio", "pad")
                .config("mm_projector_type", "mlp2x_gelu")
                .config("mm_vision_select_feature", "patch")
                .config("mm_vision_select_layer", -2)
                .config("mm_vision_tower", "openai/clip-vit-large-patch14-336");
    }

    /** A LLaVA-1.5 as transformers saves it, of the same sizes; its configurations can be changed by key. */
    public static TinyCheckpoint llavaHf() {
        TinyCheckpoint checkpoint = new TinyCheckpoint();
        Random random = new Random(11);
        checkpoint.llama(random, 2, 64, 96, 300);
        checkpoint.tower(random, "vision_tower.vision_model.", 3, 64, 128);
        for (String layer : List.of("linear_1", "linear_2")) {
            checkpoint.random(random, "multi_modal_projector." + layer + ".weight", 64, 64);
            checkpoint.random(random, "multi_modal_projector." + layer + ".bias", 64);
        }
        checkpoint.rename("model.", "language_model.model.").rename("lm_head.", "language_model.lm_head.");
        Map<String, Object> text = new LinkedHashMap<>(checkpoint.config);
        text.put("model_type", "llama");
        checkpoint.config.clear();
        Map<String, Object> vision = new LinkedHashMap<>();
        vision.put("model_type", "clip_vision_model");
        vision.put("num_attention_heads", 4);
        return checkpoint
                .config("model_type", "llava")
                .config("text_config", text)
                .config("vision_config", vision);
    }

    /** Sets a key within an object of {@code config.json}; null removes it. */
    @SuppressWarnings("unchecked") // this class puts nothing else there
    public TinyCheckpoint config(String object, String key, Object value) {
        Map<String, Object> map = (Map<String, Object>) config.computeIfAbsent(object, _ -> new LinkedHashMap<>());
        if (value == null) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
        return this;
    }

    /** Gives another beginning to the names of all tensors that begin so. */
    public TinyCheckpoint rename(String from, String to) {
        Map<String, Weights> renamed = new LinkedHashMap<>();
        tensors.forEach((name, weights) ->
                renamed.put(name.startsWith(from) ? to + name.substring(from.length()) : name, weights));
        tensors.clear();
        tensors.putAll(renamed);
        return this;
    }

    /** Removes a file. */
    public TinyCheckpoint withoutFile(String name) {
        files.remove(name);
        return this;
    }

    /** Sets a key of {@code config.json}; null removes it. */
    public TinyCheckpoint config(String key, Object value) {
        if (value == null) {
            config.remove(key);
        } else {
            config.put(key, value);
        }
        return this;
    }

    /** Sets a tensor's values, stored as F32. */
    public TinyCheckpoint tensor(String name, float[] values, long... shape) {
        tensors.put(name, new Weights(shape, values, false));
        return this;
    }

    /** Random weights around zero, stored as F16. */
    public TinyCheckpoint random(Random random, String name, long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.2 * random.nextGaussian());
        }
        tensors.put(name, new Weights(shape, values, true));
        return this;
    }

    /** Zeros of F32: as many as are wanted, because they take no room on most disks. */
    public TinyCheckpoint zeros(String name, long... shape) {
        tensors.put(name, new Weights(shape, null, false));
        return this;
    }

    public TinyCheckpoint without(String tensor) {
        if (tensors.remove(tensor) == null) {
            throw new IllegalArgumentException("no tensor " + tensor);
        }
        return this;
    }

    /** One more file. */
    public TinyCheckpoint file(String name, byte[] bytes) {
        files.put(name, bytes);
        return this;
    }

    /** One more file, of JSON. */
    public TinyCheckpoint json(String name, Object value) {
        try {
            return file(name, JSON.std.asBytes(value));
        } catch (tools.jackson.core.JacksonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code tokenizer.model}: a SentencePiece model of type BPE. */
    public TinyCheckpoint sentencePieces(List<byte[]> pieces, float[] scores, int[] types) {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        for (int i = 0; i < pieces.size(); i++) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            field(piece, 1, pieces.get(i));
            piece.write(2 << 3 | 5);
            piece.writeBytes(littleEndian(Float.floatToRawIntBits(scores[i])));
            piece.write(3 << 3);
            piece.write(types[i]);
            field(model, 1, piece.toByteArray());
        }
        field(model, 2, new byte[] {3 << 3, 2}); // the trainer's model_type: BPE
        return file("tokenizer.model", model.toByteArray());
    }

    /** {@code vocab.json}, {@code merges.txt} and {@code added_tokens.json}. */
    public TinyCheckpoint byteLevel(Map<String, Integer> vocabulary, List<String> merges, Map<String, Integer> added) {
        json("vocab.json", vocabulary);
        json("added_tokens.json", added);
        json("special_tokens_map.json", Map.of("additional_special_tokens", List.copyOf(added.keySet())));
        return file("merges.txt", ("#version: 0.2\n" + String.join("\n", merges)).getBytes(StandardCharsets.UTF_8));
    }

    /** Writes everything into a new folder. */
    public Path write(Path folder) {
        return write(folder, List.of("model.safetensors"));
    }

    /** Writes everything into a new folder, the tensors into several files in turn. */
    public Path write(Path folder, List<String> shards) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("config.json"), JSON.std.asBytes(config));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            for (int i = 0; i < shards.size(); i++) {
                Map<String, Weights> part = new LinkedHashMap<>();
                int at = 0;
                for (Map.Entry<String, Weights> tensor : tensors.entrySet()) {
                    if (at++ % shards.size() == i) {
                        part.put(tensor.getKey(), tensor.getValue());
                    }
                }
                writeSafetensors(folder.resolve(shards.get(i)), part);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeSafetensors(Path path, Map<String, Weights> tensors) throws IOException {
        Map<String, Object> header = new TreeMap<>();
        long end = 0;
        for (Map.Entry<String, Weights> tensor : tensors.entrySet()) {
            Weights weights = tensor.getValue();
            long begin = end;
            end += weights.bytes();
            Map<String, Object> entry =
                    Map.of("dtype", weights.half ? "F16" : "F32", "shape", weights.shape, "data_offsets", new long[] {
                        begin, end
                    });
            header.put(tensor.getKey(), entry);
        }
        byte[] json = JSON.std.asBytes(header);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(0);
            file.writeLong(Long.reverseBytes(json.length));
            file.write(json);
            for (Weights weights : tensors.values()) {
                if (weights.values == null) {
                    file.seek(file.getFilePointer() + weights.bytes());
                } else {
                    file.write(bytes(weights));
                }
            }
            file.setLength(Long.BYTES + json.length + end);
        }
    }

    private static byte[] bytes(Weights weights) {
        ByteBuffer bytes = ByteBuffer.allocate((int) weights.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : weights.values) {
            if (weights.half) {
                bytes.putShort(Float.floatToFloat16(value));
            } else {
                bytes.putFloat(value);
            }
        }
        return bytes.array();
    }

    private void llama(Random random, int layers, int width, int feedForward, int vocabulary) {
        config("hidden_size", width).config("intermediate_size", feedForward).config("num_hidden_layers", layers);
        config("num_attention_heads", 4).config("vocab_size", vocabulary).config("max_position_embeddings", 512);
        config("bos_token_id", 1).config("eos_token_id", 2).config("rms_norm_eps", 1e-5);
        random(random, "model.embed_tokens.weight", vocabulary, width);
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            for (String part : List.of("q", "k", "v", "o")) {
                random(random, layer + "self_attn." + part + "_proj.weight", width, width);
            }
            random(random, layer + "mlp.gate_proj.weight", feedForward, width);
            random(random, layer + "mlp.up_proj.weight", feedForward, width);
            random(random, layer + "mlp.down_proj.weight", width, feedForward);
            random(random, layer + "input_layernorm.weight", width);
            random(random, layer + "post_attention_layernorm.weight", width);
        }
        random(random, "model.norm.weight", width);
        random(random, "lm_head.weight", vocabulary, width);
        List<byte[]> pieces = new ArrayList<>();
        for (int i = 0; i < vocabulary; i++) {
            String text = i < 3
                    ? List.of("<unk>", "<s>", "</s>").get(i)
                    : i < 259 ? String.format("<0x%02X>", i - 3) : Character.toString('A' + i - 259);
            pieces.add(text.getBytes(StandardCharsets.UTF_8));
        }
        float[] scores = new float[vocabulary];
        int[] types = new int[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            scores[i] = i < 259 ? 0 : 258 - i;
            types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
        }
        sentencePieces(pieces, scores, types);
    }

    private void tower(Random random, String prefix, int layers, int width, int feedForward) {
        random(random, prefix + "embeddings.class_embedding", width);
        random(random, prefix + "embeddings.patch_embedding.weight", width, 3, 14, 14);
        random(random, prefix + "embeddings.position_embedding.weight", 17, width);
        biased(random, prefix + "pre_layrnorm", width);
        biased(random, prefix + "post_layernorm", width);
        for (int i = 0; i < layers; i++) {
            String layer = prefix + "encoder.layers." + i + ".";
            for (String part : List.of("q", "k", "v", "out")) {
                biased(random, layer + "self_attn." + part + "_proj", width, width);
            }
            biased(random, layer + "layer_norm1", width);
            biased(random, layer + "layer_norm2", width);
            biased(random, layer + "mlp.fc1", feedForward, width);
            biased(random, layer + "mlp.fc2", width, feedForward);
        }
    }

    private void biased(Random random, String name, long... shape) {
        random(random, name + ".weight", shape);
        random(random, name + ".bias", shape[0]);
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] value) {
        out.write(number << 3 | 2);
        int length = value.length;
        while (length >= 0x80) {
            out.write(length & 0x7F | 0x80);
            length >>>= 7;
        }
        out.write(length);
        out.writeBytes(value);
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
