// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formats that llama-quantize (llama.cpp c392e50, February 2025) gave the tensors of small random models. */
class DecoderTypesTest {
    private static final int WIDTH = 256;

    /** The head, and by layer the values, the second feed-forward matrix and the attention's output; others have the base. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Q8_0   | Q8_0 | Q8_0x32           | Q8_0x32           | Q8_0x32",
                "Q4_0   | Q6_K | Q4_0x32           | Q4_0x32           | Q4_0x32",
                "Q4_1   | Q6_K | Q4_1x32           | Q4_1x32           | Q4_1x32",
                "Q5_0   | Q6_K | Q5_0x32           | Q5_0x32           | Q5_0x32",
                "Q5_1   | Q6_K | Q5_1x32           | Q5_1x32           | Q5_1x32",
                "Q2_K   | Q6_K | Q3_Kx32           | Q3_Kx32           | Q3_Kx32",
                "Q3_K_S | Q6_K | Q3_Kx32           | Q3_Kx32           | Q3_Kx32",
                "Q3_K_M | Q6_K | Q5_Kx2 Q4_Kx30    | Q5_Kx2 Q4_Kx30    | Q4_Kx32",
                "Q3_K_L | Q6_K | Q5_Kx32           | Q5_Kx32           | Q5_Kx32",
                "Q4_K_S | Q6_K | Q5_Kx4 Q4_Kx28    | Q5_Kx4 Q4_Kx28    | Q4_Kx32",
                "Q4_K_M | Q6_K | Q6_Kx4 8(Q4_Kx2 Q6_Kx1) Q6_Kx4 | Q6_Kx4 8(Q4_Kx2 Q6_Kx1) Q6_Kx4 | Q4_Kx32",
                "Q5_K_S | Q6_K | Q5_Kx32           | Q5_Kx32           | Q5_Kx32",
                "Q5_K_M | Q6_K | Q6_Kx4 8(Q5_Kx2 Q6_Kx1) Q6_Kx4 | Q6_Kx4 8(Q5_Kx2 Q6_Kx1) Q6_Kx4 | Q5_Kx32",
                "Q6_K   | Q6_K | Q6_Kx32           | Q6_Kx32           | Q6_Kx32",
                "IQ4_NL | Q6_K | IQ4_NLx32         | Q5_Kx4 IQ4_NLx28  | IQ4_NLx32",
                "IQ4_XS | Q6_K | IQ4_XSx32         | Q5_Kx4 IQ4_XSx28  | IQ4_XSx32"
            })
    void ofALlamaOf32Layers(FileType type, String head, String values, String down, String output) {
        check(new DecoderTypes(type, 32, 4, 4, true, false), WIDTH, head, values, down, output);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Q4_0   | Q6_K | Q4_0x28           | Q4_0x28           | Q4_0x28",
                "Q2_K   | Q6_K | Q4_Kx28           | Q3_Kx28           | Q3_Kx28",
                "Q3_K_M | Q6_K | Q5_Kx2 Q4_Kx26    | Q5_Kx1 Q4_Kx27    | Q4_Kx28",
                "Q4_K_S | Q6_K | Q5_Kx4 Q4_Kx24    | Q5_Kx3 Q4_Kx25    | Q4_Kx28",
                "Q4_K_M | Q6_K | Q6_Kx3 7(Q4_Kx2 Q6_Kx1) Q6_Kx4 | Q6_Kx3 7(Q4_Kx2 Q6_Kx1) Q6_Kx4 | Q4_Kx28",
                "IQ4_NL | Q6_K | Q5_Kx28           | Q5_Kx3 IQ4_NLx25  | IQ4_NLx28",
                "IQ4_XS | Q6_K | Q5_Kx28           | Q5_Kx3 IQ4_XSx25  | IQ4_XSx28"
            })
    void ofAQwen2WhoseHeadsShareKeysAndValues(FileType type, String head, String values, String down, String output) {
        check(new DecoderTypes(type, 28, 8, 1, true, false), WIDTH, head, values, down, output);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Q4_0   | Q6_K | Q4_0x32           | Q4_1x4 Q4_0x28    | Q4_0x32",
                "Q5_0   | Q6_K | Q5_0x32           | Q5_1x4 Q5_0x28    | Q5_0x32",
                "Q2_K   | Q6_K | Q3_Kx32           | Q3_Kx32           | Q3_Kx32",
                "Q2_K_S | Q6_K | Q2_Kx32           | Q4_Kx4 Q2_Kx28    | Q2_Kx32",
                "IQ4_NL | Q6_K | IQ4_NLx32         | IQ4_NLx32         | IQ4_NLx32",
                "IQ4_XS | Q6_K | IQ4_XSx32         | IQ4_XSx32         | IQ4_XSx32",
                "Q4_K_S | Q6_K | Q5_Kx4 Q4_Kx28    | Q5_Kx4 Q4_Kx28    | Q4_Kx32"
            })
    void withAnImportanceMatrix(FileType type, String head, String values, String down, String output) {
        check(new DecoderTypes(type, 32, 4, 4, true, true), WIDTH, head, values, down, output);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Q4_0   | Q8_0 | Q4_0x16           | Q4_0x16           | Q4_0x16",
                "Q2_K   | Q8_0 | IQ4_NLx16         | IQ4_NLx16         | IQ4_NLx16",
                "Q3_K_M | Q8_0 | Q5_1x2 Q5_0x14    | Q5_1x1 Q5_0x15    | Q5_0x16",
                "Q4_K_S | Q8_0 | Q5_1x4 Q5_0x12    | Q5_1x2 Q5_0x14    | Q5_0x16",
                "Q4_K_M | Q8_0 | Q8_0x2 4(Q5_0x2 Q8_0x1) Q8_0x2 | Q8_0x2 4(Q5_0x2 Q8_0x1) Q8_0x2 | Q5_0x16",
                "Q5_K_S | Q8_0 | Q5_1x16           | Q5_1x16           | Q5_1x16",
                "Q6_K   | Q8_0 | Q8_0x16           | Q8_0x16           | Q8_0x16",
                "IQ4_XS | Q8_0 | IQ4_NLx16         | Q5_1x2 IQ4_NLx14  | IQ4_NLx16"
            })
    void ofRowsThatAreNoWholeSuperBlocks(FileType type, String head, String values, String down, String output) {
        check(new DecoderTypes(type, 16, 4, 4, true, false), 160, head, values, down, output);
    }

    @Test
    void embeddingCountsAsHeadIfTied() {
        DecoderTypes tied = new DecoderTypes(FileType.Q4_K_S, 24, 4, 4, false, false);
        assertEquals(TensorType.Q6_K, tied.of("token_embd.weight", WIDTH));
        DecoderTypes own = new DecoderTypes(FileType.Q4_K_S, 24, 4, 4, true, false);
        assertEquals(TensorType.Q4_K, own.of("token_embd.weight", WIDTH));
    }

    @Test
    void rowsThatFitNoBlockSizeAreF16() {
        for (FileType type : FileType.values()) {
            TensorType chosen = new DecoderTypes(type, 8, 4, 4, true, false).of("blk.0.ffn_up.weight", 100);
            assertEquals(type.blocks() ? TensorType.F16 : type.base(), chosen);
        }
    }

    @Test
    void namesAreThoseOfLlamaQuantize() {
        assertEquals(FileType.Q4_K_M, FileType.byName("q4_k").orElseThrow());
        assertEquals(FileType.Q3_K_M, FileType.byName("Q3_K").orElseThrow());
        assertEquals(FileType.Q5_K_M, FileType.byName("Q5_k").orElseThrow());
        assertEquals(FileType.IQ4_XS, FileType.byName("iq4_xs").orElseThrow());
        assertTrue(FileType.byName("Q7").isEmpty());
        assertEquals(
                List.of(0, 1, 32, 7, 2, 3, 8, 9, 10, 21, 11, 12, 13, 14, 15, 16, 17, 18, 25, 30),
                List.of(FileType.values()).stream().map(FileType::id).toList());
        for (FileType type : FileType.values()) {
            assertEquals(type, FileType.byId(type.id()).orElseThrow());
        }
        assertTrue(FileType.byId(4).isEmpty());
    }

    private static void check(DecoderTypes types, int width, String head, String values, String down, String output) {
        assertEquals(head, types.of("output.weight", width).name());
        assertEquals(expand(values), layers(types, "attn_v", width));
        assertEquals(expand(down), layers(types, "ffn_down", width));
        assertEquals(expand(output), layers(types, "attn_output", width));
        List<String> base = new ArrayList<>();
        for (int i = 0; i < types.layers(); i++) {
            base.add(DecoderTypes.fitting(types.type().base(), width).name());
        }
        for (String matrix : List.of("attn_q", "attn_k", "ffn_gate", "ffn_up")) {
            assertEquals(base, layers(types, matrix, width), matrix);
        }
        assertEquals(base.getFirst(), types.of("token_embd.weight", width).name());
    }

    private static List<String> layers(DecoderTypes types, String matrix, int width) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < types.layers(); i++) {
            names.add(types.of("blk." + i + "." + matrix + ".weight", width).name());
        }
        return names;
    }

    /** {@code Ax2 3(Bx1 Cx1)} is two As, then three times a B and a C. */
    private static List<String> expand(String runs) {
        List<String> names = new ArrayList<>();
        String rest = runs.strip();
        while (!rest.isEmpty()) {
            if (rest.matches("\\d+\\(.*")) {
                int open = rest.indexOf('(');
                int close = rest.indexOf(')');
                List<String> group = expand(rest.substring(open + 1, close));
                for (int i = 0; i < Integer.parseInt(rest.substring(0, open)); i++) {
                    names.addAll(group);
                }
                rest = rest.substring(close + 1).strip();
            } else {
                String[] parts = rest.split(" ", 2);
                int times = parts[0].lastIndexOf('x');
                for (int i = 0; i < Integer.parseInt(parts[0].substring(times + 1)); i++) {
                    names.add(parts[0].substring(0, times));
                }
                rest = parts.length > 1 ? parts[1].strip() : "";
            }
        }
        return names;
    }
}
