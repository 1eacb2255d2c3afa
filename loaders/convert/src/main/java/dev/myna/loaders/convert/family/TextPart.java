// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.DecoderMapping;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.convert.tokenizer.TokenizerFiles;
import dev.myna.loaders.gguf.GgufWriter;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The decoder of a checkpoint.
 *
 * @param tensors where its tensors were collected
 */
record TextPart(DecoderMapping decoder, TensorMapping tensors, PlannedFile file) {
    private static final String EMBEDDING = "embed_tokens.weight";
    private static final String TIED = "tie_word_embeddings";
    private static final String EOS = "eos_token_id";

    /**
     * Maps it.
     *
     * @param config of the text model
     * @param tiedByDefault whether the embedding table is the head too, if the configuration does not say
     * @param tokens how many rows of the embedding table are kept, if it has more
     * @param own keys that only this family has
     * @param prefixes that its tensors' names may have
     */
    static TextPart of(
            CheckpointFolder folder,
            String name,
            DecoderArchitecture architecture,
            HfConfig config,
            boolean tiedByDefault,
            int tokens,
            Function<DecoderMapping, Consumer<GgufWriter>> own,
            String... prefixes) {
        TensorMapping tensors = new TensorMapping(folder);
        String prefix = tensors.prefixOf(EMBEDDING, prefixes);
        String head = tensors.prefixOf("lm_head.weight", "", "language_model.", "model.") + "lm_head.weight";
        boolean stated = folder.config().bool(TIED, tiedByDefault);
        DecoderMapping decoder = DecoderMapping.of(
                architecture,
                config,
                DecoderMapping.Sparse.YES,
                config.bool(TIED, stated),
                tensors,
                prefix,
                head,
                tokens);
        HfConfig ids = folder.config().has(EOS) ? folder.config() : config;
        Consumer<GgufWriter> tokenizer = TokenizerFiles.read(folder, architecture, ids, decoder.vocabularyRows());
        PlannedFile file = new PlannedFile(
                architecture.gguf(),
                decoder.metadata(name, own.apply(decoder), tokenizer),
                decoder::types,
                tensors.planned());
        return new TextPart(decoder, tensors, file);
    }

    /** The object of the text model, or the whole configuration where that is the text model's. */
    static HfConfig config(HfConfig config) {
        String key = "text_config";
        HfConfig text = config.child(key).orElse(config);
        if (text != config) {
            // Some releases write the values twice; the text model's own count.
            text.keys().forEach(config::has);
            config.child("rope_scaling").ifPresent(rope -> rope.keys().forEach(rope::has));
        }
        return text;
    }
}
