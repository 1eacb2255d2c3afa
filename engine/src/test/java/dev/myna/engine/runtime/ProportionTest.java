// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.ModelException;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thin matrices make every declared width come true for few bytes; what the widths cost together is bounded all the same. */
class ProportionTest {
    private static final String A = "llama.";
    private static final String V = "clip.vision.";

    @TempDir
    Path folder;

    /** One layer of width 2 with a very wide feed-forward. */
    private static TinyModel wide(int feedForward) {
        TinyModel model = TinyModel.decoder()
                .with(A + "block_count", 1)
                .with(A + "context_length", 512)
                .with(A + "embedding_length", 2)
                .with(A + "attention.head_count", 1)
                .with(A + "attention.head_count_kv", 1)
                .with(A + "feed_forward_length", feedForward);
        model.tensors.keySet().removeIf(name -> name.startsWith("blk.1."));
        int tokens = (int) model.tensors.get("output.weight")[1];
        model.shape("token_embd.weight", 2, tokens)
                .shape("output.weight", 2, tokens)
                .shape("output_norm.weight", 2);
        for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_output"}) {
            model.shape("blk.0." + name + ".weight", 2, 2);
        }
        return model.shape("blk.0.attn_norm.weight", 2)
                .shape("blk.0.ffn_norm.weight", 2)
                .shape("blk.0.ffn_gate.weight", 2, feedForward)
                .shape("blk.0.ffn_up.weight", 2, feedForward)
                .shape("blk.0.ffn_down.weight", feedForward, 2);
    }

    private LoadedModel load(TinyModel decoder) {
        return (LoadedModel) Myna.loadTextOnly(
                decoder.write(folder, "decoder.gguf"),
                ModelOptions.builder().threads(1).kernels(CpuKernels.SCALAR).build());
    }

    @Test
    void wideModelsGetSmallerBatches() {
        try (LoadedModel usual = load(TinyModel.decoder())) {
            assertEquals(256, usual.decoder().maxRows(256));
        }
        int feedForward = 1 << 17;
        try (LoadedModel model = load(wide(feedForward));
                Session session = model.newSession(SessionOptions.defaults())) {
            int rows = model.decoder().maxRows(256);
            assertTrue(rows > 16 && 8L * rows * feedForward <= 64 << 20, rows + " rows");
            Generation generation = session.generate(
                    Message.of("a".repeat(100)),
                    GenerationOptions.builder().maxTokens(1).build());
            generation.text();
            assertEquals(1, generation.stats().generatedTokens());
        }
    }

    @Test
    void widthsOutOfProportionAreRefused() {
        ModelException error = assertThrows(ModelException.class, () -> load(wide(1 << 19)));
        assertTrue(error.getMessage().contains("decoder.gguf: the widths that this file of "), error.getMessage());
        assertTrue(error.getMessage().contains("out of proportion"), error.getMessage());
    }

    private ModelException refused(TinyModel vision) {
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        Path mmproj = vision.write(folder, "mmproj.gguf");
        return assertThrows(
                ModelException.class,
                () -> Myna.load(
                                decoder,
                                mmproj,
                                ModelOptions.builder().threads(1).build())
                        .close());
    }

    /** Each side is at most 16 tiles and each tile at most 4096 pixels wide, but the canvas has 2^32 pixels. */
    @Test
    void canvasesThatOverflowAreRefused() {
        TinyModel vision = TinyModel.vision()
                .with(V + "image_size", 4096)
                .with(V + "image_grid_pinpoints", new int[] {65_536, 65_536});
        ModelException error = refused(vision);
        assertTrue(error.getMessage().contains("a canvas of 65536x65536"), error.getMessage());
    }

    @Test
    void tilesOutOfProportionAreRefused() {
        TinyModel vision = TinyModel.vision()
                .with(V + "image_size", 512)
                .with(V + "patch_size", 128)
                .with(V + "image_grid_pinpoints", new int[] {8192, 8192});
        ModelException error = refused(vision);
        assertTrue(error.getMessage().contains("mmproj.gguf: the sizes that this file of "), error.getMessage());
        assertTrue(refused(vision.with(V + "image_grid_pinpoints", new int[] {512, 512})
                        .with(V + "feed_forward_length", 1 << 20)
                        .with(V + "patch_size", 4))
                .getMessage()
                .contains("out of proportion"));
    }

    /** The largest canvas that a small file may have is drawn. */
    @Test
    void canvasesAtTheBoundAreAccepted() {
        TinyModel vision = TinyModel.vision()
                .with(V + "image_grid_pinpoints", new int[] {256, 256, 16, 256})
                .tensor("model.image_newline", new float[32]);
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        Path mmproj = vision.write(folder, "mmproj.gguf");
        try (LoadedModel model = (LoadedModel) Myna.load(
                decoder,
                mmproj,
                ModelOptions.builder().threads(1).kernels(CpuKernels.SCALAR).build())) {
            RgbImage image = new RgbImage(40, 40, new byte[40 * 40 * 3]);
            int rows = 16 + 64 * 65;
            assertEquals(rows * 32, model.encode(image, ImageMode.AUTO).length);
        }
    }
}
