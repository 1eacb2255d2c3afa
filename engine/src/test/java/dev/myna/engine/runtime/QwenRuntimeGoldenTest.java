// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.DecoderCase;
import dev.myna.engine.family.QwenCases;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.tools.ToolUse;
import dev.myna.kernels.TensorType;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sequences, prefix reuse and the scheduler's rounds go on at the right rotary positions, which are not places in the cache: with images
 * in front, in between and late, they give the golden tokens.
 */
@NeedsGolden
class QwenRuntimeGoldenTest {
    private static final SessionOptions EXACT_CACHE =
            SessionOptions.builder().contextSize(240).cacheType(TensorType.F32).build();

    /** Ids of images by their rows: the same image in several prompts is the same. */
    private final Map<Integer, ImageRows> known = new HashMap<>();

    private static List<DecoderCase> cases(String family) {
        return QwenCases.of(family).stream()
                .filter(each -> each.model().equals("f32"))
                .toList();
    }

    private static DecoderCase named(String family, String name) {
        return cases(family).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SessionSetup frame(String family, ModelOptions options) {
        LoadedModel model =
                (LoadedModel) Myna.loadTextOnly(cases(family).getFirst().textFile(), options);
        return SessionSetup.plain(model, EXACT_CACHE);
    }

    private static SessionSetup frame(String family) {
        return frame(family, TestDevice.JIT.options());
    }

    /** A case as the runtime sees it. */
    private Prompt prompt(DecoderCase golden) {
        List<PromptPiece> pieces = new ArrayList<>();
        List<PromptImage> images = new ArrayList<>();
        for (int id : golden.ids()) {
            if (id == DecoderCase.IMAGE) {
                DecoderCase.Image image = golden.images().get(images.size());
                pieces.add(new PromptPiece.Image(images.size(), 0, image.grid().size()));
                images.add(new PromptImage(null, rows(image), FixedLayout.of(image.grid()), null));
            } else {
                pieces.add(new PromptPiece.Tokens(new int[] {id}));
            }
        }
        return Prompt.of(pieces, images, false);
    }

    private ImageRows rows(DecoderCase.Image image) {
        return known.computeIfAbsent(Arrays.hashCode(image.merged()), _ -> {
            ImageRows rows = new ImageRows(known.size(), image.grid().size());
            rows.set(image.rows(), new float[0]);
            return rows;
        });
    }

    private static int argMax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    /** Reads what is not in the cache yet, and answers. */
    private static int[] answer(CachedTokenSequence sequence, Prompt prompt, int count) {
        sequence.compute(prompt, Checkpoint.NONE);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = argMax(sequence.logits());
            sequence.feed(ids[i], Checkpoint.NONE);
        }
        return ids;
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3", "qwen2vl", "qwen25vl", "qwen3vl"})
    void eachCaseInTurnInOneCacheGivesTheGoldenTokens(String family) {
        SessionSetup frame = frame(family);
        try (LoadedModel _ = frame.model();
                CachedTokenSequence sequence = new CachedTokenSequence(frame)) {
            for (DecoderCase golden : cases(family)) {
                Prompt prompt = prompt(golden);
                sequence.reuse(prompt);
                assertArrayEquals(golden.greedy(), answer(sequence, prompt, golden.greedy().length), golden.name());
            }
        }
    }

    /** The second turn finds the image of the first in the cache, and a late one stands behind text that is there. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void turnsGoOnBehindWhatIsInTheCache(String family) {
        SessionSetup frame = frame(family);
        try (LoadedModel _ = frame.model();
                CachedTokenSequence sequence = new CachedTokenSequence(frame)) {
            for (String[] turns :
                    new String[][] {{cases(family).getFirst().name(), "two_turns"}, {"text_only", "late_picture"}}) {
                DecoderCase first = named(family, turns[0]);
                Prompt prompt = prompt(first);
                sequence.reuse(prompt);
                answer(sequence, prompt, 5);
                DecoderCase second = named(family, turns[1]);
                Prompt longer = prompt(second);
                int reused = sequence.reuse(longer);
                assertTrue(reused >= first.size() - 1, turns[1] + ": reused " + reused + " of " + first.size());
                assertArrayEquals(second.greedy(), answer(sequence, longer, second.greedy().length), turns[1]);
            }
        }
    }

    /** Also into the middle of an image: what follows is computed at the prompt's positions. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void rewoundSequencesGoOnAtTheRightPositions(String family) {
        DecoderCase golden = named(family, "two_images");
        SessionSetup frame = frame(family);
        try (LoadedModel _ = frame.model();
                CachedTokenSequence sequence = new CachedTokenSequence(frame)) {
            Prompt prompt = prompt(golden);
            answer(sequence, prompt, 3);
            for (int position : new int[] {golden.size() - 1, golden.size() - 9, 40, 25, 20, 11, 1, 0}) {
                sequence.rewind(position);
                int[] expected = golden.greedy();
                assertArrayEquals(expected, answer(sequence, prompt, expected.length), "from " + position);
            }
        }
    }

    /** Tokens that callers append: several at once as one by one. */
    @Test
    void appendedTokensFollowTheLastPosition() {
        DecoderCase golden = named("qwen3vl", "two_images");
        SessionSetup frame = frame("qwen3vl");
        try (LoadedModel _ = frame.model();
                CachedTokenSequence sequence = new CachedTokenSequence(frame)) {
            sequence.compute(prompt(golden), Checkpoint.NONE);
            int[] greedy = golden.greedy();
            sequence.append(Arrays.copyOf(greedy, 7));
            assertEquals(greedy[7], argMax(sequence.logits()));
            sequence.append(greedy[7]);
            assertEquals(greedy[8], argMax(sequence.logits()));
            sequence.rewind(golden.size() + 3);
            sequence.append(Arrays.copyOfRange(greedy, 3, 15));
            assertEquals(greedy[15], argMax(sequence.logits()));
        }
    }

    /** Two images with as many rows are not one another's. */
    @Test
    void anotherImageOfTheSameSizeIsNotFoundInTheCache() {
        DecoderCase golden = cases("qwen2vl").getFirst();
        DecoderCase.Image image = golden.images().getFirst();
        float[] other = image.merged().clone();
        other[0] += 1;
        DecoderCase changed = golden.withImage(DecoderCase.Image.of(image.grid(), other, List.of()));
        SessionSetup frame = frame("qwen2vl");
        try (LoadedModel _ = frame.model();
                CachedTokenSequence sequence = new CachedTokenSequence(frame)) {
            sequence.compute(prompt(golden), Checkpoint.NONE);
            int marker = 0;
            while (golden.ids()[marker] != DecoderCase.IMAGE) {
                marker++;
            }
            assertEquals(marker, sequence.reuse(prompt(changed)));
        }
    }

    /** Eight streams of all cases at once, each in its own cache; prompts are read in pieces between the tokens of the others. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eightStreamsGiveTheGoldenTokens(boolean exact) {
        for (String family : new String[] {"qwen3", "qwen2vl", "qwen25vl", "qwen3vl"}) {
            SessionSetup frame = frame(family);
            try (LoadedModel _ = frame.model()) {
                assertStreams(family, frame, exact);
            }
        }
    }

    @NeedsOpenCl
    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"OPENCL", "DIVIDED"})
    void eightStreamsOnOpenClGiveTheGoldenTokens(TestDevice device) {
        SessionSetup frame = frame("qwen3vl", device.options());
        try (LoadedModel _ = frame.model()) {
            assertStreams("qwen3vl", frame, true);
        }
    }

    private void assertStreams(String family, SessionSetup frame, boolean exact) {
        List<DecoderCase> cases = cases(family);
        List<Integer> reused = new ArrayList<>();
        SchedulerOptions options = SchedulerOptions.builder()
                .slots(8)
                .exact(exact)
                .promptChunk(37)
                .session(EXACT_CACHE)
                .build();
        BatchScheduler.Counters counters = new BatchScheduler.Counters();
        try (CachePool caches = new CachePool(frame, 1L << 30, frame.contextSize());
                DecoderRounds rounds = new DecoderRounds(frame, options, new ReentrantLock(), counters)) {
            // Twice: the second time, beginnings are found in caches, and copied where others use them.
            for (int time = 0; time < 2; time++) {
                List<Slot> slots = new ArrayList<>();
                List<DecoderCase> shown = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    DecoderCase golden = cases.get((i + time) % cases.size());
                    Prompt prompt = prompt(golden);
                    slots.add(new Slot(generation(frame, prompt), caches.take(prompt)));
                    reused.add(slots.getLast().sequence.count());
                    shown.add(golden);
                }
                while (slots.stream().anyMatch(Slot::runnable)) {
                    rounds.round(slots);
                }
                for (int i = 0; i < 8; i++) {
                    int[] ids = slots.get(i).generation.choices().stream()
                            .mapToInt(choice -> choice.id())
                            .toArray();
                    assertArrayEquals(
                            shown.get(i).greedy(),
                            ids,
                            family + ", " + shown.get(i).name() + ", stream " + i);
                    caches.give(slots.get(i).sequence);
                }
            }
        }
        assertTrue(reused.subList(8, 16).stream().allMatch(count -> count > 0), reused.toString());
    }

    private static RunningGeneration generation(SessionSetup frame, Prompt prompt) {
        GenerationOptions greedy =
                GenerationOptions.greedy().toBuilder().maxTokens(16).logprobs(0).build();
        return new RunningGeneration(prompt, new Answer(greedy, frame, prompt, ToolUse.NONE)) {
            @Override
            void advance(int seen) {}

            @Override
            public void close() {}
        };
    }
}
