// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which matrices get more bits, written out for the layers of real models. */
class KMixtureTest {
    private static final TextShape LAYERS_24 = TextShape.MOBILE_LLAMA_1_4B;
    private static final TextShape LAYERS_32 = TextShape.VICUNA_7B;
    private static final TextShape LAYERS_16 = TextShape.LLAMA_3_2_1B;

    @Test
    void mediumMixturesGiveQ6ToTheEndsAndEveryThirdLayer() {
        for (KMixture mixture : List.of(KMixture.Q4_K_M, KMixture.Q5_K_M)) {
            for (String matrix : List.of("attn_v", "ffn_down")) {
                assertEquals(List.of(0, 1, 4, 7, 10, 13, 14, 15), layers(mixture, LAYERS_16, matrix, TensorType.Q6_K));
                assertEquals(
                        List.of(0, 1, 2, 5, 8, 11, 14, 17, 20, 21, 22, 23),
                        layers(mixture, LAYERS_24, matrix, TensorType.Q6_K));
                assertEquals(
                        List.of(0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31),
                        layers(mixture, LAYERS_32, matrix, TensorType.Q6_K));
            }
        }
    }

    @Test
    void smallMixtureGivesQ5ToTheFirstLayers() {
        assertEquals(List.of(0, 1, 2, 3), layers(KMixture.Q4_K_S, LAYERS_24, "attn_v", TensorType.Q5_K));
        assertEquals(List.of(0, 1, 2), layers(KMixture.Q4_K_S, LAYERS_24, "ffn_down", TensorType.Q5_K));
        assertEquals(List.of(), layers(KMixture.Q4_K_S, LAYERS_24, "attn_v", TensorType.Q6_K));
    }

    @Test
    void threeBitMixtureIsMostlyFourBitInValueDownAndOutput() {
        assertEquals(List.of(0, 1), layers(KMixture.Q3_K_M, LAYERS_32, "attn_v", TensorType.Q5_K));
        assertEquals(
                30,
                layers(KMixture.Q3_K_M, LAYERS_32, "attn_v", TensorType.Q4_K).size());
        assertEquals(List.of(0, 1), layers(KMixture.Q3_K_M, LAYERS_32, "ffn_down", TensorType.Q5_K));
        assertEquals(List.of(0), layers(KMixture.Q3_K_M, LAYERS_24, "ffn_down", TensorType.Q5_K));
        assertEquals(
                32,
                layers(KMixture.Q3_K_M, LAYERS_32, "attn_output", TensorType.Q4_K)
                        .size());
    }

    @ParameterizedTest
    @EnumSource(KMixture.class)
    void headIsQ6AndTheRestIsTheBase(KMixture mixture) {
        TensorType base = TensorType.valueOf(mixture.name().substring(0, 4));
        assertEquals(TensorType.Q6_K, mixture.matrices(LAYERS_32).of("output.weight"));
        assertEquals(base, mixture.matrices(LAYERS_32).of("token_embd.weight"));
        assertEquals(TensorType.Q6_K, mixture.matrices(LAYERS_16).of("token_embd.weight"), "tied");
        for (String matrix : List.of("attn_q", "attn_k", "ffn_gate", "ffn_up")) {
            assertEquals(32, layers(mixture, LAYERS_32, matrix, base).size(), matrix);
        }
        assertTrue(FileType.all().contains(mixture));
    }

    private static List<Integer> layers(KMixture mixture, TextShape shape, String matrix, TensorType type) {
        FileType.MatrixTypes types = mixture.matrices(shape);
        return IntStream.range(0, shape.layers())
                .filter(layer -> types.of("blk." + layer + "." + matrix + ".weight") == type)
                .boxed()
                .toList();
    }
}
