// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Arrays;

/**
 * Hyper-parameters of a decoder, read from GGUF metadata (docs/spec/models.md 5 and 8.2).
 *
 * @param family computes the layers
 * @param layers decoder layers
 * @param width elements of the residual stream
 * @param feedForward inner width of the SwiGLU feed-forward
 * @param heads query heads
 * @param kvHeads key/value heads; divides {@code heads}
 * @param normEps epsilon of the norms
 * @param ropes rotary position embedding, by the size of the context
 * @param contextLength positions the model was trained for
 * @param deepstack how many of the first layers have a row of their own added to each row of an image behind them, at most
 *     {@code layers}
 * @param local layers that see a window only
 * @param traits what only some families have
 */
public record DecoderConfig(
        DecoderFamily family,
        int layers,
        int width,
        int feedForward,
        int heads,
        int kvHeads,
        float normEps,
        ContextRope ropes,
        int contextLength,
        int deepstack,
        LocalLayers local,
        DecoderTraits traits) {

    static final int MAX_LAYERS = 1024;
    private static final int MAX_WIDTH = 1 << 20;
    static final int MAX_CONTEXT = 1 << 24;

    /**
     * Reads and checks the hyper-parameters that most families share.
     *
     * @param pairing which elements of a head rotate together
     * @throws ModelException if the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static DecoderConfig read(GgufFile file, DecoderFamily family, RopePairing pairing) {
        return read(file, family, pairing, "attention.layer_norm_rms_epsilon");
    }

    /**
     * The same for norms of another kind.
     *
     * @param epsKey key of their epsilon, behind the architecture
     */
    public static DecoderConfig read(GgufFile file, DecoderFamily family, RopePairing pairing, String epsKey) {
        GgufMetadata metadata = file.metadata();
        String prefix = family.architecture() + ".";
        int width = metadata.integer(prefix + "embedding_length", 1, MAX_WIDTH);
        int heads = perLayer(file, prefix + "attention.head_count", 4096);
        int kvHeads = metadata.has(prefix + "attention.head_count_kv")
                ? perLayer(file, prefix + "attention.head_count_kv", 4096)
                : heads;
        if (heads % kvHeads != 0) {
            throw new ModelException(file.name() + ": " + prefix + "attention.head_count = " + heads
                    + " is not a multiple of head_count_kv = " + kvHeads);
        }
        if (!metadata.has(prefix + "attention.key_length") && width % heads != 0) {
            throw new ModelException(file.name() + ": " + prefix + "embedding_length = " + width
                    + " is not a multiple of attention.head_count = " + heads);
        }
        int headDim = metadata.integer(prefix + "attention.key_length", 2, 4096, width / heads);
        if (metadata.integer(prefix + "attention.value_length", 1, 4096, headDim) != headDim) {
            throw new ModelException(file.name() + ": " + prefix
                    + "attention.value_length must equal attention.key_length = " + headDim);
        }
        float eps = metadata.number(prefix + epsKey);
        if (!(eps > 0) || eps > 1) {
            throw new ModelException(file.name() + ": " + prefix + epsKey + " = " + eps + " must be in (0, 1]");
        }
        int context = metadata.integer(prefix + "context_length", 1, MAX_CONTEXT);
        RopeReader rope = RopeReader.read(file, prefix, headDim, pairing, context);
        return new DecoderConfig(
                family,
                metadata.integer(prefix + "block_count", 1, MAX_LAYERS),
                width,
                perLayer(file, prefix + "feed_forward_length", MAX_WIDTH),
                heads,
                kvHeads,
                eps,
                rope.rope(),
                rope.scaling().maxContext(),
                0,
                LocalLayers.NONE,
                DecoderTraits.NONE);
    }

    /** The same with another rotary embedding, of as wide heads, for contexts of any size. */
    public DecoderConfig withRope(Rope other) {
        return with(ContextRope.of(other), deepstack, local, traits);
    }

    /** The same with {@code count} deepstack layers. */
    public DecoderConfig withDeepstack(int count) {
        return with(ropes, count, local, traits);
    }

    /** The same with local layers. */
    public DecoderConfig withLocal(LocalLayers some) {
        return with(ropes, deepstack, some, traits);
    }

    /** The same with what only some families have. */
    public DecoderConfig withTraits(DecoderTraits some) {
        return with(ropes, deepstack, local, some);
    }

    private DecoderConfig with(ContextRope turns, int rows, LocalLayers some, DecoderTraits special) {
        return new DecoderConfig(
                family, layers, width, feedForward, heads, kvHeads, normEps, turns, contextLength, rows, some, special);
    }

    /**
     * Reads a factor of a file.
     *
     * @param fallback for files without the key
     * @throws ModelException if it is not positive
     */
    public static float positive(GgufFile file, String key, float fallback) {
        float value = file.metadata().number(key, fallback);
        if (!(value > 0)) {
            throw new ModelException(file.name() + ": " + key + " = " + value + " must be positive");
        }
        return value;
    }

    /** A number, or an array with the same number for each layer. */
    private static int perLayer(GgufFile file, String key, int max) {
        GgufMetadata metadata = file.metadata();
        if (!metadata.isArray(key)) {
            return metadata.integer(key, 1, max);
        }
        int[] values = metadata.integers(key);
        if (values.length == 0 || Arrays.stream(values).anyMatch(value -> value != values[0])) {
            throw new ModelException(
                    file.name() + ": " + key + " differs from layer to layer, which Myna does not support");
        }
        if (values[0] < 1 || values[0] > max) {
            throw new ModelException(file.name() + ": " + key + " = " + values[0] + " is not in 1.." + max);
        }
        return values[0];
    }

    /** The {@code general.architecture} of the file, with which its keys begin. */
    public String architecture() {
        return family.architecture();
    }

    /** Rotary position embedding of contexts that are not larger than the model was trained for at first. */
    public Rope rope() {
        return ropes.rope();
    }

    /** Elements per head. */
    public int headDim() {
        return rope().headDim();
    }

    /** Elements of a row of an image: those of the residual stream, then those of each deepstack layer. */
    public int imageRowWidth() {
        return (1 + deepstack) * width;
    }

    /** Factor on the scores of attention. */
    public float attentionScale() {
        return traits.attentionScale() == 0 ? (float) (1 / Math.sqrt(headDim())) : traits.attentionScale();
    }

    /** Elements of all query heads. */
    public int queryWidth() {
        return heads * headDim();
    }

    /** Elements of all key (or value) heads. */
    public int kvWidth() {
        return kvHeads * headDim();
    }
}
