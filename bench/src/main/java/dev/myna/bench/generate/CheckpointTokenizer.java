// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** Writes the synthetic vocabulary in the files of a published checkpoint (docs/spec/tokenizers.md). */
final class CheckpointTokenizer {
    /** Field 2, the trainer's settings: its field 3, the kind of model, is 2. */
    private static final byte[] BYTE_PAIR_TRAINER = {0x12, 2, 0x18, 2};

    private CheckpointTokenizer() {}

    /** {@code tokenizer.model}, a SentencePiece model: field 1 of the message repeats piece, score and type. */
    static void writeSentencePiece(Path folder, SyntheticVocabulary vocabulary) throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        byte[][] tokens = vocabulary.utf8();
        for (int i = 0; i < tokens.length; i++) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            piece.write(0x0A);
            varint(piece, tokens[i].length);
            piece.writeBytes(tokens[i]);
            piece.write(0x15);
            piece.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(vocabulary.scores()[i])
                    .array());
            piece.write(0x18);
            varint(piece, vocabulary.types()[i]);
            model.write(0x0A);
            varint(model, piece.size());
            model.writeBytes(piece.toByteArray());
        }
        model.writeBytes(BYTE_PAIR_TRAINER);
        Files.write(folder.resolve("tokenizer.model"), model.toByteArray());
        json(
                folder.resolve("tokenizer_config.json"),
                Map.of(
                        "add_bos_token",
                        true,
                        "add_eos_token",
                        false,
                        "legacy",
                        false,
                        "tokenizer_class",
                        "LlamaTokenizer"));
    }

    /** {@code vocab.json}, {@code merges.txt} and {@code added_tokens.json} of a byte-level BPE. */
    static void writeByteLevel(Path folder, SyntheticVocabulary vocabulary, int pieces) throws IOException {
        Map<String, Object> tokens = new LinkedHashMap<>();
        Map<String, Object> added = new LinkedHashMap<>();
        for (int id = 0; id < pieces; id++) {
            String token = vocabulary.tokens().get(id);
            (token.startsWith("<|") ? added : tokens).put(token, id);
        }
        added.put("<image>", pieces);
        json(folder.resolve("vocab.json"), tokens);
        json(folder.resolve("added_tokens.json"), added);
        Files.write(
                folder.resolve("merges.txt"),
                ("#version: 0.2\n" + String.join("\n", vocabulary.merges()) + "\n").getBytes(StandardCharsets.UTF_8));
        json(
                folder.resolve("tokenizer_config.json"),
                Map.of(
                        "add_prefix_space", false,
                        "eos_token", "<|im_end|>",
                        "pad_token", "<|endoftext|>",
                        "additional_special_tokens", List.of("<|im_start|>", "<|im_end|>"),
                        "tokenizer_class", "Qwen2Tokenizer"));
    }

    static void json(Path path, Map<String, ?> value) throws IOException {
        Files.writeString(path, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(value));
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int left = value;
        while (left > 0x7F) {
            out.write(left & 0x7F | 0x80);
            left >>>= 7;
        }
        out.write(left);
    }
}
