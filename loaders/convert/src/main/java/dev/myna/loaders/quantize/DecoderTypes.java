// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import static dev.myna.kernels.TensorType.F16;
import static dev.myna.kernels.TensorType.IQ4_NL;
import static dev.myna.kernels.TensorType.Q3_K;
import static dev.myna.kernels.TensorType.Q4_1;
import static dev.myna.kernels.TensorType.Q4_K;
import static dev.myna.kernels.TensorType.Q5_0;
import static dev.myna.kernels.TensorType.Q5_1;
import static dev.myna.kernels.TensorType.Q5_K;
import static dev.myna.kernels.TensorType.Q6_K;
import static dev.myna.kernels.TensorType.Q8_0;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The format of each matrix of a dense llama or qwen2 decoder, as llama.cpp chooses it (llama_tensor_get_type in
 * llama-quant.cpp, February 2025). The head, the value matrices and the second feed-forward matrices cause most of the error,
 * so they get more bits: in some file types all of them, in others those of the first layers, of the last layers, and of every
 * third layer between.
 *
 * @param type the file's type
 * @param layers how many layers the decoder has
 * @param heads heads of queries
 * @param kvHeads heads of keys and values; with few heads, these matrices are small and get more bits
 * @param ownHead whether there is an {@code output.weight}; else the embedding table is the head
 * @param importance whether errors are weighted by an importance matrix
 */
public record DecoderTypes(FileType type, int layers, int heads, int kvHeads, boolean ownHead, boolean importance)
        implements MatrixTypes {
    /** A tensor of a layer. Layer numbers have at most six digits. */
    private static final Pattern OF_LAYER = Pattern.compile("blk\\.([0-9]{1,6})\\.(.+)");

    private static final int SHARED_BY_MANY = 4;
    /** LLaMA-2-70B and Qwen2-72B have 80 layers and grouped-query attention. */
    private static final int LAYERS_OF_70B = 80;

    @Override
    public TensorType of(String name, long width) {
        return fitting(type.blocks() ? preferred(name, width) : type.base(), width);
    }

    /**
     * The format itself; if rows of {@code width} are not a whole number of its blocks, the next best format with smaller
     * blocks.
     */
    public static TensorType fitting(TensorType preferred, long width) {
        if (width % preferred.blockSize() == 0) {
            return preferred;
        }
        TensorType smaller = switch (preferred) {
            case Q2_K, Q3_K, IQ4_XS -> IQ4_NL;
            case Q4_K -> Q5_0;
            case Q5_K -> Q5_1;
            case Q6_K -> Q8_0;
            default -> F16;
        };
        return width % smaller.blockSize() == 0 ? smaller : F16;
    }

    private TensorType preferred(String name, long width) {
        TensorType base = type.base();
        if (name.equals(ownHead ? "output.weight" : "token_embd.weight")) {
            return width % base.blockSize() != 0 || base == Q8_0 ? Q8_0 : Q6_K;
        }
        Matcher ofLayer = OF_LAYER.matcher(name);
        if (!ofLayer.matches()) {
            return base;
        }
        int layer = Integer.parseInt(ofLayer.group(1));
        return switch (ofLayer.group(2)) {
            case "attn_v.weight" -> values(layer, base);
            case "ffn_down.weight" -> down(layer, base);
            case "attn_output.weight" -> attentionOutput(base);
            default -> base;
        };
    }

    private TensorType values(int layer, TensorType base) {
        boolean shared = heads / kvHeads >= SHARED_BY_MANY;
        TensorType chosen = switch (type) {
            case Q2_K -> shared ? Q4_K : Q3_K;
            case Q2_K_S -> shared ? Q4_K : base;
            case Q3_K_M -> layer < 2 ? Q5_K : Q4_K;
            case Q3_K_L -> Q5_K;
            case IQ4_NL, IQ4_XS -> shared ? Q5_K : base;
            case Q4_K_M, Q5_K_M -> usesMoreBits(layer) ? Q6_K : base;
            case Q4_K_S -> layer < 4 ? Q5_K : base;
            default -> base;
        };
        boolean of70B = layers == LAYERS_OF_70B && heads != kvHeads;
        return of70B && (chosen == Q3_K || chosen == Q4_K) ? Q5_K : chosen;
    }

    private TensorType down(int layer, TensorType base) {
        boolean first = layer < layers / 8;
        return switch (type) {
            case Q2_K -> Q3_K;
            case Q2_K_S -> first ? Q4_K : base;
            case Q3_K_M -> layer < layers / 16 ? Q5_K : Q4_K;
            case Q3_K_L -> Q5_K;
            case Q4_K_M, Q5_K_M -> usesMoreBits(layer) ? Q6_K : base;
            case Q4_K_S -> first ? Q5_K : base;
            case IQ4_NL, IQ4_XS -> first && !importance ? Q5_K : base;
            case Q4_0 -> first && importance ? Q4_1 : base;
            case Q5_0 -> first && importance ? Q5_1 : base;
            default -> base;
        };
    }

    private TensorType attentionOutput(TensorType base) {
        return switch (type) {
            case Q2_K -> Q3_K;
            case Q3_K_M -> Q4_K;
            case Q3_K_L -> Q5_K;
            default -> base;
        };
    }

    private boolean usesMoreBits(int layer) {
        int eighth = layers / 8;
        return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
    }
}
