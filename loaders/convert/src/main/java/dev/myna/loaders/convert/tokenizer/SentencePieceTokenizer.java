// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.convert.config.JsonFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * {@code tokenizer.model}, a SentencePiece model in a Protocol Buffers message, as GGUF metadata (docs/spec/tokenizers.md 1
 * and 3). Its piece types have the same numbers as in GGUF.
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
    private final Path path;
    private final TokenTable table;
    private final float[] scores;
    private int pieces;
    private int unknown = -1;
    private long modelType = 1; // the format's default: unigram
    private boolean spacePrefix = true;

    private SentencePieceTokenizer(Path path, TokenTable table) {
        this.path = path;
        this.table = table;
        this.scores = SentencePieces.addedScores(table);
    }

    static Consumer<GgufWriter> read(TokenizerFiles files, TokenTable table) {
        Path path = files.file("tokenizer.model");
        byte[] bytes = JsonFile.findBytes(path).orElseThrow(() -> new CheckpointException(path + ": no such file"));
        SentencePieceTokenizer tokenizer = new SentencePieceTokenizer(path, table);
        tokenizer.readModel(ProtobufReader.of(path, bytes));
        files.addTokens(tokenizer.table);
        return new SentencePieces(table, tokenizer.scores, tokenizer.unknown, tokenizer.spacePrefix).writer(files);
    }

    /**
     * How many pieces the vocabulary has, without added tokens.
     *
     * @param folder of the checkpoint, which must have the file
     */
    static int count(Path folder) {
        Path path = folder.resolve("tokenizer.model");
        byte[] bytes = JsonFile.findBytes(path)
                .orElseThrow(() -> new CheckpointException(
                        path + ": no such file; this model needs it beside its weights for the vocabulary"));
        ProtobufReader model = ProtobufReader.of(path, bytes);
        int pieces = 0;
        while (model.next()) {
            pieces += model.field() == PIECES ? 1 : 0;
            model.skip();
        }
        return pieces;
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
            throw new CheckpointException(path + ": the file has no pieces; it is not a SentencePiece model");
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
        if (type == TokenTable.UNKNOWN && unknown < 0) {
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
}
