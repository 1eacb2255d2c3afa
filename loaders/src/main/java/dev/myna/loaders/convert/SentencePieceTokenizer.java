// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * {@code tokenizer.model}, a SentencePiece model in a Protocol Buffers message, as GGUF metadata (tokenizers.md 1 and 3). The
 * numbers of its piece types are those of GGUF.
 */
final class SentencePieceTokenizer {
    // ModelProto
    private static final int PIECES = 1;
    private static final int TRAINER = 2;
    private static final int NORMALIZER = 3;
    // SentencePiece
    private static final int PIECE = 1;
    private static final int SCORE = 2;
    private static final int TYPE = 3;
    // TrainerSpec
    private static final int MODEL_TYPE = 3;
    private static final int BPE = 2;
    // NormalizerSpec
    private static final int ADD_DUMMY_PREFIX = 3;

    private static final int LAST_TYPE = 6;
    private static final int UNKNOWN = 2;
    /** What llama.cpp gives tokens that were added later: they never win a merge. */
    private static final float ADDED_SCORE = -1000;

    private final Path path;
    private final TokenTable table;
    private final float[] scores;
    private int pieces;
    private int unknown = -1;
    private long modelType = 1; // the format's default: unigram
    private boolean spacePrefix = true;

    private SentencePieceTokenizer(Path path, int rows) {
        this.path = path;
        this.table = new TokenTable(rows);
        this.scores = new float[rows];
        Arrays.fill(scores, ADDED_SCORE);
    }

    static Consumer<GgufWriter> read(TokenizerFiles files, int rows) {
        Path path = files.file("tokenizer.model");
        byte[] bytes = JsonFile.findBytes(path)
                .orElseThrow(() -> new CheckpointException(
                        path + ": no such file; a llama model needs it beside its weights for the vocabulary"));
        SentencePieceTokenizer tokenizer = new SentencePieceTokenizer(path, rows);
        tokenizer.readModel(ProtobufReader.of(path, bytes));
        files.addTokens(tokenizer.table);
        return tokenizer.writer(files);
    }

    private void readModel(ProtobufReader model) {
        while (model.next()) {
            switch (model.field()) {
                case PIECES -> readPiece(model.message());
                case TRAINER -> readTrainer(model.message());
                case NORMALIZER -> readNormalizer(model.message());
                default -> model.skip();
            }
        }
        if (pieces == 0) {
            throw new CheckpointException(path + ": the file has no pieces; it is no SentencePiece model");
        }
        if (modelType != BPE) {
            throw new CheckpointException(path + ": the model has type " + modelType
                    + " (1 is unigram); only byte-pair models, type 2, are supported");
        }
    }

    private void readPiece(ProtobufReader piece) {
        byte[] text = {};
        float score = 0;
        long type = TokenTable.NORMAL;
        while (piece.next()) {
            switch (piece.field()) {
                case PIECE -> text = piece.bytes();
                case SCORE -> score = piece.number();
                case TYPE -> type = piece.integer();
                default -> piece.skip();
            }
        }
        if (type < TokenTable.NORMAL || type > LAST_TYPE) {
            throw piece.fail("piece " + pieces + " has type " + type + "; types are 1 to " + LAST_TYPE);
        }
        if (Float.isNaN(score)) {
            throw piece.fail("the score of piece " + pieces + " is NaN");
        }
        table.add(path, pieces, text, (int) type);
        scores[pieces] = score;
        if (type == UNKNOWN && unknown < 0) {
            unknown = pieces;
        }
        pieces++;
    }

    private void readTrainer(ProtobufReader trainer) {
        while (trainer.next()) {
            if (trainer.field() == MODEL_TYPE) {
                modelType = trainer.integer();
            } else {
                trainer.skip();
            }
        }
    }

    private void readNormalizer(ProtobufReader normalizer) {
        while (normalizer.next()) {
            if (normalizer.field() == ADD_DUMMY_PREFIX) {
                spacePrefix = normalizer.integer() != 0;
            } else {
                normalizer.skip();
            }
        }
    }

    private Consumer<GgufWriter> writer(TokenizerFiles files) {
        int bos = files.id(table, "bos_token");
        int eos = files.id(table, "eos_token");
        int padding = files.id(table, "pad_token");
        boolean addBos = files.tokenizer().bool("add_bos_token", true);
        boolean addEos = files.tokenizer().bool("add_eos_token", false);
        return writer -> {
            writer.string("tokenizer.ggml.model", "llama").string("tokenizer.ggml.pre", "default");
            table.writeTo(writer);
            writer.floats("tokenizer.ggml.scores", scores);
            TokenizerFiles.putId(writer, "bos", bos);
            TokenizerFiles.putId(writer, "eos", eos);
            TokenizerFiles.putId(writer, "unknown", unknown);
            TokenizerFiles.putId(writer, "padding", padding);
            writer.bool("tokenizer.ggml.add_bos_token", addBos)
                    .bool("tokenizer.ggml.add_eos_token", addEos)
                    .bool("tokenizer.ggml.add_space_prefix", spacePrefix);
            files.writeTemplate(writer);
        };
    }
}
