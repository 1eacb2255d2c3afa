// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.Attention;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.ManifestReader;
import dev.myna.models.ModelManifests;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FootprintTest {
    private static final int CONTEXT = 8192;
    private static final int PASS = 256;

    @TempDir
    Path folder;

    /** Every sixth layer keeps the whole context; the others keep blocks that hold their window and a pass. */
    @Test
    void aWindowedCacheIsCountedAsTheEngineAllocatesIt() throws IOException {
        CacheShape cache = cache("gemma3", 34, 8, 4, 256, 1024, "attention.layer_norm_rms_epsilon");
        assertEquals(engine(34, 4, 256, windows(34, 6, 1024)), cache.bytes(CONTEXT, 1));
        assertEquals((5L * CONTEXT + 29L * 1408) * 4 * 256 * 4, cache.bytes(CONTEXT, 1), "5 whole layers, 29 of 1408");
        assertEquals(34L * 512 * 4 * 256 * 4, cache.bytes(512, 1), "a context within the window is kept whole");
    }

    @Test
    void everyFourthLayerOfCohere2KeepsTheContext() throws IOException {
        CacheShape cache = cache("cohere2", 8, 8, 2, 32, 512, "attention.layer_norm_epsilon");
        assertEquals(engine(8, 2, 32, windows(8, 4, 512)), cache.bytes(CONTEXT, 1));
    }

    @Test
    void allLayersOfPhi3KeepTheirWindow() throws IOException {
        CacheShape cache = cache("phi3", 4, 4, 4, 32, 2047, "attention.layer_norm_rms_epsilon");
        assertEquals(engine(4, 4, 32, IntStream.range(0, 4).mapToObj(_ -> 2047).toList()), cache.bytes(CONTEXT, 1));
        assertTrue(cache.bytes(CONTEXT, 1) < 4L * CONTEXT * 4 * 32 * 4);
    }

    @Test
    void aTokenReadsNoMoreThanTheWindow() throws IOException {
        CacheShape cache = cache("gemma3", 34, 8, 4, 256, 1024, "attention.layer_norm_rms_epsilon");
        assertEquals((5L * 4096 + 29L * 1024) * 4 * 256 * 4, cache.read(4096, 1));
        assertEquals(34L * 100 * 4 * 256 * 4, cache.read(100, 1));
    }

    /** The catalogue's estimate and a file of the same shape agree. */
    @Test
    void aManifestSaysTheWindow() throws IOException {
        Manifest manifest = ManifestReader.read(ModelManifests.open("gemma-3-4b"), "gemma-3-4b");
        Footprint estimate = Footprint.of(manifest, manifest.standardVariant()).orElseThrow();
        CacheShape file = cache("gemma3", 34, 8, 4, 256, 1024, "attention.layer_norm_rms_epsilon");
        assertEquals(file.bytes(CONTEXT, 1), estimate.cache().bytes(CONTEXT, 1));
        Manifest plain = ManifestReader.read(ModelManifests.open("qwen2.5-vl-3b"), "qwen2.5-vl-3b");
        assertEquals(
                36L * CONTEXT * 2 * 128 * 4,
                Footprint.of(plain, plain.standardVariant())
                        .orElseThrow()
                        .cache()
                        .bytes(CONTEXT, 1));
    }

    /** More positions per image take more memory, fewer tiles less, and families without the option refuse it. */
    @NeedsGolden
    @Test
    void limitsOfImagesChangeTheForecast() {
        long few = scratch("qwen25vl/text-f32.gguf", "qwen25vl/mmproj-f32.gguf", new ImageTokens(4, 256), 0);
        long usual = scratch("qwen25vl/text-f32.gguf", "qwen25vl/mmproj-f32.gguf", ImageTokens.STANDARD, 0);
        long many = scratch("qwen25vl/text-f32.gguf", "qwen25vl/mmproj-f32.gguf", new ImageTokens(4, 4096), 0);
        assertTrue(few < usual && usual < many, few + ", " + usual + ", " + many);
        String intern = "internvl3/internvl3-f32/";
        long one = scratch(intern + "text.gguf", intern + "mmproj.gguf", ImageTokens.STANDARD, 1);
        long four = scratch(intern + "text.gguf", intern + "mmproj.gguf", ImageTokens.STANDARD, 4);
        long all = scratch(intern + "text.gguf", intern + "mmproj.gguf", ImageTokens.STANDARD, 0);
        assertTrue(one < four && four < all, one + ", " + four + ", " + all);
        RequestException refused = assertThrows(
                RequestException.class,
                () -> scratch("qwen25vl/text-f32.gguf", "qwen25vl/mmproj-f32.gguf", ImageTokens.STANDARD, 2));
        assertTrue(refused.getMessage().contains("--tiles does not apply to Qwen2.5-VL"), refused.getMessage());
        assertThrows(RequestException.class, () -> scratch(intern + "text.gguf", null, ImageTokens.STANDARD, 2));
    }

    private static long scratch(String text, String vision, ImageTokens tokens, int tiles) {
        try (GgufFile decoder = GgufFile.open(Golden.path("families/" + text));
                GgufFile tower = vision == null ? null : GgufFile.open(Golden.path("families/" + vision))) {
            return Footprint.of(decoder, Optional.ofNullable(tower), tokens, new ImageTiles(tiles, false))
                    .scratch();
        }
    }

    /** The catalogue knows the limits of images that keep their shape. */
    @Test
    void limitsOfImagesChangeTheEstimate() throws IOException {
        Manifest qwen = ManifestReader.read(ModelManifests.open("qwen2.5-vl-3b"), "qwen2.5-vl-3b");
        long usual = Footprint.of(qwen, qwen.standardVariant()).orElseThrow().scratch();
        long same = Footprint.of(qwen, qwen.standardVariant(), new ImageTokens(4, 1024))
                .orElseThrow()
                .scratch();
        long more = Footprint.of(qwen, qwen.standardVariant(), new ImageTokens(4, 4096))
                .orElseThrow()
                .scratch();
        assertEquals(usual, same);
        assertEquals(3L * 4096 * 1280 * 36, more - usual);
        Manifest gemma = ManifestReader.read(ModelManifests.open("gemma-3-4b"), "gemma-3-4b");
        assertThrows(
                RequestException.class, () -> Footprint.of(gemma, gemma.standardVariant(), new ImageTokens(4, 64)));
    }

    private static List<Integer> windows(int layers, int period, int window) {
        return IntStream.range(0, layers)
                .mapToObj(layer -> (layer + 1) % period == 0 ? Attention.NO_WINDOW : window)
                .toList();
    }

    private static long engine(int layers, int heads, int headDim, List<Integer> windows) {
        return new KvCache.Shape(layers, CONTEXT, heads, headDim, TensorType.F16, TensorType.F16, windows, PASS)
                .bytes();
    }

    private CacheShape cache(
            String architecture, int layers, int heads, int kvHeads, int headDim, int window, String epsilon)
            throws IOException {
        Path path = folder.resolve(architecture + ".gguf");
        int width = heads * headDim;
        try (GgufWriter writer = new GgufWriter(path);
                Arena arena = Arena.ofConfined()) {
            writer.string("general.architecture", architecture);
            String prefix = architecture + ".";
            writer.u32(prefix + "block_count", layers);
            writer.u32(prefix + "embedding_length", width);
            writer.u32(prefix + "feed_forward_length", 2 * width);
            writer.u32(prefix + "context_length", 131072);
            writer.u32(prefix + "attention.head_count", heads);
            writer.u32(prefix + "attention.head_count_kv", kvHeads);
            writer.u32(prefix + "attention.key_length", headDim);
            writer.u32(prefix + "attention.value_length", headDim);
            writer.u32(prefix + "attention.sliding_window", window);
            writer.f32(prefix + epsilon, 1e-6f);
            writer.f32(prefix + "rope.freq_base", 1e6f);
            writer.f32(prefix + "logit_scale", 1);
            writer.tensor("token_embd.weight", TensorType.F32, width, 4);
            writer.data("token_embd.weight", arena.allocate(4L * width * 4));
            writer.finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            return Footprint.of(file, Optional.empty()).cache();
        }
    }
}
