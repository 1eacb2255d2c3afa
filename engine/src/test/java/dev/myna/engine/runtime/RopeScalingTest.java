// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Context scaling of rotary frequencies, from a file's keys and tensors to the logits. */
class RopeScalingTest {
    private static final int PAIRS = 4;
    private static final String FACTOR = "llama.rope.scaling.factor";
    private static final String TYPE = "llama.rope.scaling.type";

    @TempDir
    Path folder;

    /** Llama 3.1's reference: low- and high-frequency wavelengths and the smooth part between, in double precision. */
    @Test
    void divisorsGiveTheReferencesFrequencies() {
        double base = 500_000;
        float[] divisors = new float[PAIRS];
        double[] expected = new double[PAIRS];
        for (int pair = 0; pair < PAIRS; pair++) {
            double frequency = 1 / Math.pow(base, 2 * pair / 8.0);
            double wavelength = 2 * Math.PI / frequency;
            double smooth = (8192 / wavelength - 1) / (4 - 1);
            expected[pair] = wavelength < 8192 / 4.0
                    ? frequency
                    : wavelength > 8192 ? frequency / 32 : (1 - smooth) * frequency / 32 + smooth * frequency;
            divisors[pair] = (float) (frequency / expected[pair]);
        }
        Rope rope = rope(
                TinyModel.decoder().with("llama.rope.freq_base", (float) base).tensor("rope_freqs.weight", divisors));
        for (int pair = 0; pair < PAIRS; pair++) {
            assertEquals(expected[pair], rope.frequency(pair), 1e-7 * expected[pair], "pair " + pair);
        }
        // The shape has one wavelength of each kind: 6, 167, 4443 and 118,143 positions.
        assertEquals(1, divisors[1]);
        assertTrue(divisors[2] > 1 && divisors[2] < 32, "" + divisors[2]);
        assertEquals(32, divisors[3]);
    }

    @Test
    void linearScalingDividesEveryFrequency() {
        Rope plain = rope(TinyModel.decoder());
        Rope linear = rope(TinyModel.decoder().with(TYPE, "linear").with(FACTOR, 4f));
        Rope both = rope(TinyModel.decoder().with(FACTOR, 4f).tensor("rope_freqs.weight", 1, 2, 3, 5));
        for (int pair = 0; pair < PAIRS; pair++) {
            assertEquals(Math.pow(10_000, -2.0 * pair / 8), plain.frequency(pair));
            assertEquals(plain.frequency(pair) / 4, linear.frequency(pair));
            assertEquals(plain.frequency(pair) / (4 * new int[] {1, 2, 3, 5}[pair]), both.frequency(pair));
        }
        assertEquals(plain, rope(TinyModel.decoder().with(TYPE, "none").with(FACTOR, 4f)));
        assertEquals(plain, rope(TinyModel.decoder().with(TYPE, "linear")));
    }

    @Test
    void headDimMayDifferFromWidthByHeads() {
        TinyModel model =
                TinyModel.decoder().with("llama.attention.key_length", 4).with("llama.attention.value_length", 4);
        for (int layer = 0; layer < 2; layer++) {
            String block = "blk." + layer + ".attn_";
            model.shape(block + "q.weight", TinyModel.WIDTH, 16)
                    .shape(block + "k.weight", TinyModel.WIDTH, 8)
                    .shape(block + "v.weight", TinyModel.WIDTH, 8)
                    .shape(block + "output.weight", 16, TinyModel.WIDTH);
        }
        for (float logit : logits(model)) {
            assertTrue(Float.isFinite(logit));
        }
    }

    @Test
    void scalingReachesTheLogits() {
        float[] plain = logits(TinyModel.decoder());
        assertArrayEquals(plain, logits(TinyModel.decoder().tensor("rope_freqs.weight", 1, 1, 1, 1)));
        float[] linear = logits(TinyModel.decoder().with(FACTOR, 8f));
        assertArrayEquals(linear, logits(TinyModel.decoder().tensor("rope_freqs.weight", 8, 8, 8, 8)));
        assertFalse(Arrays.equals(plain, linear));
    }

    private Rope rope(TinyModel model) {
        try (GgufFile file = GgufFile.open(model.write(folder, "rope.gguf"))) {
            return Families.decoderConfig(file).rope();
        }
    }

    /** Logits after nine tokens. */
    private float[] logits(TinyModel model) {
        try (GgufFile file = GgufFile.open(model.write(folder, "logits.gguf"));
                Device device = Devices.cpu(1);
                Arena arena = Arena.ofConfined()) {
            DecoderConfig config = Families.decoderConfig(file);
            Decoder decoder = new Decoder(
                    config, DecoderWeights.load(file, config, LayerPlacement.on(device)), LayerPlacement.on(device));
            int[] ids = {1, 70, 90, 101, 260, 261, 80, 81, 5};
            Decoder.Scratch scratch = decoder.new Scratch(arena, ids.length);
            KvCache cache = decoder.newCache(arena, ids.length, TensorType.F32, TensorType.F32);
            Batch batch = new Batch(ids.length);
            for (int i = 0; i < ids.length; i++) {
                batch.add(cache, i);
            }
            decoder.embed(ids, 0, scratch.x(), ids.length);
            decoder.forward(scratch, batch);
            float[] logits = new float[decoder.vocabulary()];
            decoder.logits(scratch, ids.length - 1, logits);
            return logits;
        }
    }
}
