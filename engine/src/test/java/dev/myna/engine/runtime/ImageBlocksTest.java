// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an image that see each other in both directions are always computed together. */
class ImageBlocksTest {
    private static final GenerationOptions SIX =
            GenerationOptions.builder().maxTokens(6).logprobs(1).build();
    private static final SessionOptions PLAIN =
            SessionOptions.builder().chatFormat(ChatFormat.Named.PLAIN).build();

    @TempDir
    Path folder;

    /** Text and runs of image rows of random lengths, read with room of random sizes. */
    @Test
    void passesNeverCutABlock() {
        Random random = new Random(5);
        for (int round = 0; round < 2000; round++) {
            Prompt prompt = prompt(random);
            int few = 1 + random.nextInt(8);
            int most = prompt.largestBlock() + 2 * few + 1 + random.nextInt(40);
            int at = PromptWriter.reusable(random.nextInt(prompt.size()), prompt, few);
            boolean many = prompt.size() - at > few;
            while (at < prompt.size()) {
                int rows = PromptWriter.chunk(prompt, at, most, few);
                assertTrue(rows > 0 && rows <= most, rows + " rows of " + most);
                int room = 1 + random.nextInt(most);
                assertTrue(PromptWriter.chunk(prompt, at, room, few) <= room);
                at += rows;
                assertTrue(at <= prompt.size());
                assertEquals(at, prompt.beforeBlock(at), "a block is cut");
                assertTrue(!many || rows > few, "a pass of few rows");
            }
        }
    }

    private static Prompt prompt(Random random) {
        List<PromptPiece> pieces = new ArrayList<>();
        List<PromptImage> images = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            if (random.nextBoolean()) {
                pieces.add(new PromptPiece.Tokens(new int[1 + random.nextInt(20)]));
            }
            int rows = 1 + random.nextInt(30);
            images.add(new PromptImage(null, new ImageRows(i, rows), FixedLayout.ofRows(rows), null));
            pieces.add(new PromptPiece.Image(i, 0, rows));
        }
        pieces.add(new PromptPiece.Tokens(new int[1 + random.nextInt(20)]));
        return Prompt.of(pieces, images, true);
    }

    @Test
    void blocksAreFoundByTheirPositions() {
        PromptImage image = new PromptImage(null, new ImageRows(0, 4), FixedLayout.ofRows(4), null);
        List<PromptPiece> pieces = List.of(
                new PromptPiece.Tokens(new int[2]), new PromptPiece.Image(0, 0, 4), new PromptPiece.Tokens(new int[3]));
        Prompt prompt = Prompt.of(pieces, List.of(image), true);
        assertNull(prompt.block(1));
        assertEquals(new Prompt.Block(2, 5), prompt.block(2));
        assertEquals(new Prompt.Block(2, 5), prompt.block(5));
        assertNull(prompt.block(6));
        assertEquals(2, prompt.beforeBlock(5));
        assertEquals(2, prompt.behindBlock(2));
        assertEquals(6, prompt.behindBlock(3));
        assertEquals(6, prompt.beforeBlock(6));
        assertEquals(4, prompt.largestBlock());
        long[] cached = {0, 0, prompt.entry(2).key(), prompt.entry(3).key(), 77};
        assertEquals(2, prompt.shared(cached, 5), "half a block is no use");
        assertEquals(4, Prompt.of(pieces, List.of(image), false).shared(cached, 5));
        assertEquals(0, Prompt.of(pieces, List.of(image), false).largestBlock());
    }

    /** A scheduler whose chunks are smaller than a block gives what a session gives that reads the prompt in one pass. */
    @Test
    void schedulersDoNotCutBlocks() {
        try (Model model = load(TinyModel.decoder())) {
            Message[] messages = {
                Message.of("aeio", noise(1)), Message.of("eo", noise(2), noise(3)), Message.of("aeioaeioaeio", noise(1))
            };
            List<List<Float>> expected = new ArrayList<>();
            for (Message message : messages) {
                try (Session session = model.newSession(PLAIN)) {
                    expected.add(logprobs(session.generate(message, SIX)));
                }
            }
            for (int chunk : new int[] {1, 8, 40}) {
                try (Scheduler scheduler = model.newScheduler(SchedulerOptions.builder()
                        .session(PLAIN)
                        .promptChunk(chunk)
                        .build())) {
                    for (int round = 0; round < 2; round++) {
                        List<Generation> answers = new ArrayList<>();
                        for (Message message : messages) {
                            answers.add(scheduler.submit(ChatRequest.of(message), SIX));
                        }
                        for (int i = 0; i < messages.length; i++) {
                            assertEquals(expected.get(i), logprobs(answers.get(i)), "chunk " + chunk);
                        }
                    }
                }
            }
        }
    }

    /** The second turn finds the first in the cache. */
    @Test
    void laterTurnsKeepTheBlocks() {
        try (Model model = load(TinyModel.decoder())) {
            String first;
            float[] expected;
            try (Session session = model.newSession(PLAIN)) {
                first = session.generate(Message.of("aeio", noise(1)), SIX).text();
                Generation second = session.generate(Message.of("eo", noise(2)), SIX);
                expected = floats(logprobs(second));
                assertTrue(second.stats().cachedTokens() > TinyModel.PATCHES);
            }
            try (Session session = model.newSession(PLAIN)) {
                session.remember(Message.of("aeio", noise(1)), first);
                Generation again = session.generate(Message.of("eo", noise(2)), SIX);
                assertArrayEquals(expected, floats(logprobs(again)), 1e-4f);
                assertEquals(0, again.stats().cachedTokens());
            }
        }
    }

    /** Rows that see each other change what the model says. */
    @Test
    void blocksHaveAnEffect() {
        assertFalse(answer(TinyModel.decoder(), true).isEmpty());
        assertNotEquals(answer(TinyModel.decoder(), false), answer(TinyModel.decoder(), true));
    }

    private List<Float> answer(TinyModel decoder, boolean gemma) {
        try (Model model = gemma ? load(decoder) : loadPlain(decoder);
                Session session = model.newSession(PLAIN)) {
            return logprobs(session.generate(Message.of("aeio", noise(1)), SIX));
        }
    }

    private Model load(TinyModel decoder) {
        return loadPlain(gemma(decoder));
    }

    private Model loadPlain(TinyModel decoder) {
        return Myna.load(
                decoder.write(folder, "decoder.gguf"),
                TinyModel.vision().write(folder, "mmproj.gguf"),
                ModelOptions.builder().threads(2).build());
    }

    /** The same decoder as Gemma 3 with a window that is smaller than a block. */
    private static TinyModel gemma(TinyModel model) {
        Map<String, Object> old = new LinkedHashMap<>(model.metadata);
        model.metadata.clear();
        old.forEach((key, value) -> model.metadata.put(key.replace("llama.", "gemma3."), value));
        model.with("general.architecture", "gemma3")
                .with("gemma3.attention.sliding_window", 9)
                .with("gemma3.attention.sliding_window_pattern", 2);
        for (int i = 0; i < 2; i++) {
            String block = "blk." + i + ".";
            model.shape(block + "attn_q_norm.weight", 8)
                    .shape(block + "attn_k_norm.weight", 8)
                    .shape(block + "post_attention_norm.weight", TinyModel.WIDTH)
                    .shape(block + "post_ffw_norm.weight", TinyModel.WIDTH);
        }
        return model;
    }

    private static List<Float> logprobs(Generation generation) {
        generation.text();
        List<Float> all = new ArrayList<>();
        for (Generation.TokenChoice choice : generation.choices()) {
            all.add((float) choice.id());
            all.add(choice.logprob());
        }
        return all;
    }

    private static float[] floats(List<Float> values) {
        float[] all = new float[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = values.get(i);
        }
        return all;
    }

    private static RgbImage noise(int seed) {
        byte[] pixels = new byte[3 * 16 * 16];
        new Random(seed).nextBytes(pixels);
        return new RgbImage(16, 16, pixels);
    }
}
