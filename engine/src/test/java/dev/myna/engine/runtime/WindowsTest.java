// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.decoder.Decoder;
import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers with a window keep the latest positions only; what is computed does not show it. */
class WindowsTest {
    private static final int CONTEXT = 2048;
    private static final SessionOptions OPTIONS = SessionOptions.builder()
            .chatFormat(ChatFormat.Named.PLAIN)
            .contextSize(CONTEXT)
            .build();
    private static final GenerationOptions FIVE =
            GenerationOptions.builder().maxTokens(5).build();

    @TempDir
    Path folder;

    private LoadedModel model;

    @BeforeEach
    void load() {
        Path file = TextVariants.COHERE2
                .model()
                .with("cohere2.context_length", CONTEXT)
                .write(folder, "decoder.gguf");
        model = (LoadedModel) Myna.loadTextOnly(file, TestDevice.VECTOR.options());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static int[] tokens(int count) {
        int[] ids = new int[count];
        Arrays.setAll(ids, i -> 3 + i * 31 % 250);
        return ids;
    }

    /** 262 positions in three whole blocks and one to begin in, for three of four layers. */
    @Test
    void cacheIsBounded() {
        try (TokenSequence sequence = model.newTokenSequence(OPTIONS)) {
            assertEquals((3L * 512 + CONTEXT) * 2 * 16 * 2, sequence.cacheBytes());
        }
    }

    @Test
    void logitsAreThoseOfACacheThatKeepsAll() {
        int[] ids = tokens(1500);
        try (TokenSequence sequence = model.newTokenSequence(OPTIONS)) {
            sequence.append(ids);
            assertArrayEquals(kept(ids), sequence.logits(), 1e-4f);
        }
    }

    /** In one pass, with a cache that drops nothing. */
    private float[] kept(int[] ids) {
        Decoder decoder = model.decoder();
        try (Arena arena = Arena.ofShared()) {
            Decoder.Scratch scratch = decoder.new Scratch(arena, ids.length);
            KvCache cache = decoder.newCache(arena, ids.length, TensorType.F16, TensorType.F16);
            Batch batch = new Batch(ids.length);
            decoder.embed(ids, 0, scratch.x(), ids.length);
            for (int i = 0; i < ids.length; i++) {
                batch.add(cache, i);
            }
            decoder.forward(scratch, batch);
            float[] logits = new float[decoder.vocabulary()];
            decoder.logits(scratch, ids.length - 1, logits);
            return logits;
        }
    }

    /** A little takes nothing but the note; a lot is computed anew. */
    @Test
    void rewoundSequencesGoOnAsIfTheyHadNeverBeenLonger() {
        int[] ids = tokens(1500);
        for (int position : new int[] {1490, 1300, 700, 100, 0}) {
            try (TokenSequence sequence = model.newTokenSequence(OPTIONS)) {
                sequence.append(ids);
                sequence.rewind(position);
                assertEquals(position, sequence.length());
                int[] more = {7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
                sequence.append(more);
                int[] all = Arrays.copyOf(ids, position + more.length);
                System.arraycopy(more, 0, all, position, more.length);
                assertArrayEquals(kept(all), sequence.logits(), 1e-4f, "rewound to " + position);
            }
        }
    }

    /** Prompts that share a long beginning, which the cache has partly dropped; then one that continues. */
    @Test
    void promptsWithTheSameBeginningGiveTheSameAnswers() {
        String text = "aeio eia ".repeat(100);
        String[] prompts = {
            text + "a", text.substring(0, 200) + "o", text + "a" + "e".repeat(50), text.substring(0, 300)
        };
        try (Scheduler scheduler = model.newScheduler(
                SchedulerOptions.builder().slots(2).session(OPTIONS).build())) {
            for (int round = 0; round < 2; round++) {
                for (String prompt : prompts) {
                    String expected;
                    try (Session fresh = model.newSession(OPTIONS)) {
                        expected = fresh.generate(Message.of(prompt), FIVE).text();
                    }
                    Generation answer = scheduler.submit(ChatRequest.of(Message.of(prompt)), FIVE);
                    assertEquals(expected, answer.text(), prompt.length() + " characters");
                }
            }
        }
    }
}
