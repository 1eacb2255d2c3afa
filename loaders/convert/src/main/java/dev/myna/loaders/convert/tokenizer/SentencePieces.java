// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.gguf.GgufWriter;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A SentencePiece vocabulary of type BPE.
 *
 * @param scores by id; the merge whose token has the higher score is done first
 * @param unknown id of the unknown token; -1 if there is none
 * @param spacePrefix whether a space is added before a text
 */
record SentencePieces(TokenTable table, float[] scores, int unknown, boolean spacePrefix) {
    /** llama.cpp's score of added tokens: they are never the result of a merge. */
    private static final float ADDED_SCORE = -1000;

    /** Scores of a vocabulary of added tokens only. */
    static float[] addedScores(TokenTable table) {
        float[] scores = new float[table.size()];
        Arrays.fill(scores, ADDED_SCORE);
        return scores;
    }

    /** Writes the vocabulary. */
    Consumer<GgufWriter> writer(TokenizerFiles files) {
        int bos = files.id(table, "bos_token");
        int eos = files.id(table, "eos_token");
        int turnEnd = files.turnEnd(table, eos);
        int padding = files.id(table, "pad_token");
        boolean addBos = files.addsBos(true);
        boolean addEos = files.tokenizer().bool("add_eos_token", false);
        return writer -> {
            writer.string("tokenizer.ggml.model", "llama").string("tokenizer.ggml.pre", "default");
            table.writeTo(writer);
            writer.floats("tokenizer.ggml.scores", scores);
            TokenizerFiles.putId(writer, "bos", bos);
            TokenizerFiles.putId(writer, "eos", eos);
            TokenizerFiles.putId(writer, "eot", turnEnd);
            TokenizerFiles.putId(writer, "unknown", unknown);
            TokenizerFiles.putId(writer, "padding", padding);
            writer.bool("tokenizer.ggml.add_bos_token", addBos)
                    .bool("tokenizer.ggml.add_eos_token", addEos)
                    .bool("tokenizer.ggml.add_space_prefix", spacePrefix);
            files.writeTemplate(writer);
        };
    }
}
