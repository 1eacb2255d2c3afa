// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of the qwen3, qwen2vl and qwen3vl decoders: what they must say, and what is refused. */
class QwenFilesTest {
    @TempDir
    Path folder;

    /** A tiny decoder of an architecture, with heads of 8: 4 pairs. */
    static TinyModel tiny(String architecture) {
        TinyModel model = TinyModel.decoder();
        Map<String, Object> renamed = new LinkedHashMap<>();
        model.metadata.forEach((key, value) -> renamed.put(key.replaceFirst("^llama\\.", architecture + "."), value));
        model.metadata.clear();
        model.metadata.putAll(renamed);
        model.with("general.architecture", architecture);
        if (!architecture.equals("qwen3")) {
            model.with(architecture + ".rope.dimension_sections", new int[] {2, 1, 1, 0});
        }
        for (int i = 0; i < 2 && !architecture.equals("qwen2vl"); i++) {
            model.shape("blk." + i + ".attn_q_norm.weight", 8).shape("blk." + i + ".attn_k_norm.weight", 8);
        }
        return model;
    }

    /** A tower whose projector makes rows of {@code width}. */
    static TinyModel visionOfWidth(int width) {
        return TinyModel.vision()
                .with("clip.vision.projection_dim", width)
                .shape("mm.2.weight", TinyModel.WIDTH, width)
                .shape("mm.2.bias", width);
    }

    @Test
    void axesAndDeepstackAreRead() {
        DecoderConfig chunked = config(tiny("qwen2vl"));
        assertEquals(List.of(0, 0, 1, 2), chunked.rope().axes());
        assertEquals(0, chunked.deepstack());
        DecoderConfig interleaved = config(tiny("qwen3vl").with("qwen3vl.n_deepstack_layers", 2));
        assertEquals(List.of(0, 1, 2, 0), interleaved.rope().axes());
        assertEquals(2, interleaved.deepstack());
        assertEquals(3 * TinyModel.WIDTH, interleaved.imageRowWidth());
        assertTrue(config(tiny("qwen3")).rope().followsFirstAxis());
        assertFalse(interleaved.rope().followsFirstAxis());
    }

    @Test
    void headsNeedNotBeAsWideAsTheModel() {
        TinyModel wide = tiny("qwen3").with("qwen3.attention.key_length", 16).with("qwen3.attention.value_length", 16);
        for (int i = 0; i < 2; i++) {
            String block = "blk." + i + ".";
            wide.shape(block + "attn_q.weight", 32, 64)
                    .shape(block + "attn_k.weight", 32, 32)
                    .shape(block + "attn_v.weight", 32, 32)
                    .shape(block + "attn_output.weight", 64, 32)
                    .shape(block + "attn_q_norm.weight", 16)
                    .shape(block + "attn_k_norm.weight", 16);
        }
        try (LoadedModel model = load(wide)) {
            assertEquals(64, model.decoder().config().queryWidth());
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void brokenFilesAreNamed(String named, TinyModel model) {
        RuntimeException refused =
                assertThrows(RuntimeException.class, () -> load(model).close());
        assertTrue(refused instanceof ModelException || refused instanceof GgufException, refused.toString());
        assertTrue(
                refused.getMessage().contains("decoder.gguf")
                        && refused.getMessage().contains(named),
                refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    }

    static Stream<Arguments> broken() {
        String chunked = "qwen2vl.rope.dimension_sections";
        String interleaved = "qwen3vl.rope.dimension_sections";
        String deepstack = "qwen3vl.n_deepstack_layers";
        String queryNorm = "blk.1.attn_q_norm.weight";
        return Stream.of(
                Arguments.of(chunked, tiny("qwen2vl").without(chunked)),
                Arguments.of(interleaved, tiny("qwen3vl").without(interleaved)),
                Arguments.of(chunked, tiny("qwen2vl").with(chunked, new int[] {2, 1, 1})),
                Arguments.of(chunked, tiny("qwen2vl").with(chunked, new int[] {1, 1, 1, 1})),
                Arguments.of(chunked, tiny("qwen2vl").with(chunked, new int[] {3, 1, 1, 0})),
                Arguments.of(chunked, tiny("qwen2vl").with(chunked, new int[] {-1, 4, 1, 0})),
                Arguments.of(interleaved, tiny("qwen3vl").with(interleaved, new int[] {1, 1, 1, 0})),
                Arguments.of(interleaved, tiny("qwen3vl").with(interleaved, new int[0])),
                Arguments.of(interleaved, tiny("qwen3vl").with(interleaved, "2,1,1,0")),
                Arguments.of(deepstack, tiny("qwen3vl").with(deepstack, 3)),
                Arguments.of(deepstack, tiny("qwen3vl").with(deepstack, -1)),
                Arguments.of(queryNorm, tiny("qwen3").without(queryNorm)),
                Arguments.of(queryNorm, tiny("qwen3vl").shape(queryNorm, 32)),
                Arguments.of("dimension_sections", tiny("qwen3").with("qwen3.rope.dimension_sections", new int[4])),
                Arguments.of("attn_q_norm", tiny("qwen2vl").shape("blk.0.attn_q_norm.weight", 8)));
    }

    @Test
    void visionFilesWithoutTheDeepstackRowsAreRefused() {
        Path decoder = tiny("qwen3vl").with("qwen3vl.n_deepstack_layers", 1).write(folder, "decoder.gguf");
        Path vision = TinyModel.vision().write(folder, "mmproj.gguf");
        ModelException refused = assertThrows(
                ModelException.class,
                () -> Myna.load(
                        decoder, vision, ModelOptions.builder().threads(1).build()));
        assertTrue(refused.getMessage().contains("needs 64 (32 and 1 deepstack layers"), refused.getMessage());
    }

    private DecoderConfig config(TinyModel model) {
        try (GgufFile file = GgufFile.open(model.write(folder, "decoder.gguf"))) {
            return Families.decoderConfig(file);
        }
    }

    private LoadedModel load(TinyModel model) {
        return (LoadedModel) Myna.loadTextOnly(
                model.write(folder, "decoder.gguf"),
                ModelOptions.builder().threads(1).build());
    }
}
