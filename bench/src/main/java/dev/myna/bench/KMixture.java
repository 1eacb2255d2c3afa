// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.kernels.TensorType;

/**
 * llama.cpp's mixtures of K types for dense llama-like decoders, as its quantizer chooses them without an importance
 * matrix (llama_tensor_get_type in llama-quant.cpp). Layers count from 0, n is their number, divisions round down:
 *
 * <ul>
 *   <li>the output head, or the embedding table where it serves as the head, is Q6_K in all of them;
 *   <li>Q4_K_M and Q5_K_M: attn_v and ffn_down are Q6_K in the layers i with
 *       {@code i < n/8 || i >= 7n/8 || (i - n/8) % 3 == 2};
 *   <li>Q4_K_S: attn_v is Q5_K in the first four layers, ffn_down in the first n/8;
 *   <li>Q3_K_M: attn_v is Q5_K in the first two layers, ffn_down in the first n/16; both are Q4_K in the others, and so is
 *       every attn_output;
 *   <li>every other matrix has the type that the mixture is named after.
 * </ul>
 */
enum KMixture implements FileType {
    Q3_K_M(12, TensorType.Q3_K) {
        @Override
        TensorType value(int layer, int layers) {
            return layer < 2 ? TensorType.Q5_K : TensorType.Q4_K;
        }

        @Override
        TensorType down(int layer, int layers) {
            return layer < layers / 16 ? TensorType.Q5_K : TensorType.Q4_K;
        }

        @Override
        TensorType attentionOutput() {
            return TensorType.Q4_K;
        }
    },
    Q4_K_S(14, TensorType.Q4_K) {
        @Override
        TensorType value(int layer, int layers) {
            return layer < 4 ? TensorType.Q5_K : TensorType.Q4_K;
        }

        @Override
        TensorType down(int layer, int layers) {
            return layer < layers / 8 ? TensorType.Q5_K : TensorType.Q4_K;
        }
    },
    Q4_K_M(15, TensorType.Q4_K),
    Q5_K_M(17, TensorType.Q5_K);

    private final int id;
    private final TensorType base;

    KMixture(int id, TensorType base) {
        this.id = id;
        this.base = base;
    }

    @Override
    public String label() {
        return name();
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public MatrixTypes matrices(TextShape shape) {
        return tensor -> type(tensor, shape);
    }

    private TensorType type(String tensor, TextShape shape) {
        String head = shape.hasOwnOutput() ? "output.weight" : "token_embd.weight";
        if (tensor.equals(head)) {
            return TensorType.Q6_K;
        }
        if (!tensor.startsWith("blk.")) {
            return base;
        }
        int dot = tensor.indexOf('.', 4);
        int layer = Integer.parseInt(tensor, 4, dot, 10);
        return switch (tensor.substring(dot + 1)) {
            case "attn_v.weight" -> value(layer, shape.layers());
            case "ffn_down.weight" -> down(layer, shape.layers());
            case "attn_output.weight" -> attentionOutput();
            default -> base;
        };
    }

    TensorType value(int layer, int layers) {
        return usesMoreBits(layer, layers) ? TensorType.Q6_K : base;
    }

    TensorType down(int layer, int layers) {
        return usesMoreBits(layer, layers) ? TensorType.Q6_K : base;
    }

    TensorType attentionOutput() {
        return base;
    }

    private static boolean usesMoreBits(int layer, int layers) {
        int eighth = layers / 8;
        return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
    }
}
