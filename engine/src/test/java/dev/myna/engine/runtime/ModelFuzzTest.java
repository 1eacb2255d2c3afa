// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged headers of a whole model, from loading to an answer about an image: typed errors of one line, or an answer. For longer:
 * {@code -Dmyna.fuzz.seconds=600 -Dmyna.seed=N}.
 */
class ModelFuzzTest {
    private static final long SEED = Long.getLong("myna.seed", 20_261_130);
    private static final long SECONDS = Long.getLong("myna.fuzz.seconds", 0);
    private static final int LEAST_FILES = 150;
    private static final long[] NASTY = {
        0,
        1,
        -1,
        2,
        3,
        7,
        16,
        255,
        4096,
        65_536,
        1 << 20,
        1L << 24,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0x7F80_0000,
        0x7FC0_0000,
        0x8000_0000L
    };
    private static final RgbImage IMAGE = new RgbImage(5, 3, new byte[45]);

    @TempDir
    Path folder;

    /** A decoder with axes and deepstack. */
    @Test
    @Timeout(3600)
    void damagedQwenModelsAnswerOrAreRefused() throws IOException {
        TinyModel decoderModel = QwenFilesTest.tiny("qwen3vl")
                .with("qwen3vl.n_deepstack_layers", 1)
                .with("qwen3vl.attention.key_length", 8)
                .with("qwen3vl.attention.value_length", 8);
        damagedModelsAnswerOrAreRefused(decoderModel, QwenFilesTest.visionOfWidth(64), "qwen3vl.");
    }

    @Test
    @Timeout(3600)
    void damagedModelsAnswerOrAreRefused() throws IOException {
        TinyModel decoderModel = TinyModel.decoder()
                .with("llama.rope.scaling.type", "linear")
                .with("llama.rope.scaling.factor", 2f)
                .with("llama.attention.key_length", 8)
                .with("llama.attention.value_length", 8)
                .with("llama.rope.dimension_count", 8)
                .with("tokenizer.ggml.add_bos_token", true);
        TinyModel visionModel = TinyModel.vision()
                .with("clip.vision.image_grid_pinpoints", new int[] {32, 32, 16, 48})
                .with("clip.vision.feature_layer", new int[] {2})
                .tensor("model.image_newline", new float[32]);
        damagedModelsAnswerOrAreRefused(decoderModel, visionModel, "llama.");
    }

    private void damagedModelsAnswerOrAreRefused(TinyModel decoderModel, TinyModel visionModel, String prefix)
            throws IOException {
        System.out.println("ModelFuzzTest seed " + SEED);
        Random random = new Random(SEED);
        byte[] decoder = Files.readAllBytes(decoderModel.write(folder, "decoder.gguf"));
        byte[] vision = Files.readAllBytes(visionModel.write(folder, "mmproj.gguf"));
        int decoderHeader = header(decoder, "output_norm.weight");
        int visionHeader = header(vision, "mm.2.weight");
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        int answered = 0;
        int files = 0;
        while (files < LEAST_FILES || System.nanoTime() < end) {
            boolean first = random.nextBoolean();
            byte[] damaged = (first ? decoder : vision).clone();
            for (int wounds = 1 + random.nextInt(3); wounds > 0; wounds--) {
                damaged = damage(damaged, first ? decoderHeader : visionHeader, random, prefix);
            }
            answered += answers(first ? damaged : decoder, first ? vision : damaged, random.nextBoolean()) ? 1 : 0;
            files++;
        }
        System.out.println("ModelFuzzTest: " + answered + " of " + files + " answered");
        assertTrue(answered > 0 && answered < files, answered + " of " + files);
    }

    /** Where the declarations of tensors are under way: most of a header is vocabulary. */
    private static int header(byte[] file, String lastTensor) {
        return new String(file, StandardCharsets.ISO_8859_1).lastIndexOf(lastTensor) + lastTensor.length() + 24;
    }

    private static byte[] damage(byte[] file, int header, Random random, String prefix) {
        int at = random.nextInt(header - 8);
        switch (random.nextInt(8)) {
            case 0 -> file[at] = (byte) random.nextInt();
            case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 8);
            case 3 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 4);
            case 4 -> System.arraycopy(file, at, file, random.nextInt(header - 8), 8);
            default -> number(file, random, prefix);
        }
        return file;
    }

    /** Changes the value of one key that holds a number or numbers. */
    private static void number(byte[] file, Random random, String prefix) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        String[] keys = {
            "llama.block_count",
            "llama.context_length",
            "llama.embedding_length",
            "llama.feed_forward_length",
            "llama.attention.head_count",
            "llama.attention.head_count_kv",
            "llama.attention.layer_norm_rms_epsilon",
            "llama.rope.freq_base",
            "llama.rope.scaling.factor",
            "llama.attention.key_length",
            "llama.attention.value_length",
            "llama.rope.dimension_count",
            "llama.rope.dimension_sections",
            "llama.n_deepstack_layers",
            "tokenizer.ggml.bos_token_id",
            "tokenizer.ggml.eos_token_id",
            "clip.vision.image_size",
            "clip.vision.patch_size",
            "clip.vision.embedding_length",
            "clip.vision.feed_forward_length",
            "clip.vision.block_count",
            "clip.vision.attention.head_count",
            "clip.vision.attention.layer_norm_epsilon",
            "clip.vision.image_mean",
            "clip.vision.image_std",
            "clip.vision.image_grid_pinpoints",
            "clip.vision.feature_layer"
        };
        int from = text.indexOf(keys[random.nextInt(keys.length)].replace("llama.", prefix));
        int value = from < 0 ? -1 : text.indexOf('\0', from);
        if (value > 0 && value + 32 < file.length) {
            put(file, value + 3 + (random.nextBoolean() ? 0 : 12), NASTY[random.nextInt(NASTY.length)], 4);
        }
    }

    private static void put(byte[] file, int at, long value, int count) {
        for (int i = 0; i < count && at + i < file.length; i++) {
            file[at + i] = (byte) (value >>> (8 * i));
        }
    }

    private static boolean answers(byte[] decoder, byte[] vision, boolean ignore) {
        try (Arena arena = Arena.ofShared();
                Model model = Myna.load(
                        GgufFile.of(copy(arena, decoder), "decoder.gguf"),
                        GgufFile.of(copy(arena, vision), "mmproj.gguf"),
                        ModelOptions.builder()
                                .threads(1)
                                .kernels(CpuKernels.VECTOR)
                                .ignoreUnused(ignore)
                                .build());
                Session session = model.newSession(SessionOptions.defaults())) {
            session.generate(
                            Message.of("a", IMAGE),
                            GenerationOptions.builder().maxTokens(2).build())
                    .text();
            return true;
        } catch (GgufException | ModelException e) {
            assertTrue(e.getMessage().contains(".gguf"), e.getMessage());
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertTrue(e.getMessage().length() < 1000, e.getMessage());
            assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
            return false;
        } catch (RequestException | GenerationException e) {
            return false;
        }
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length, 64);
        segment.copyFrom(MemorySegment.ofArray(bytes));
        return segment;
    }
}
