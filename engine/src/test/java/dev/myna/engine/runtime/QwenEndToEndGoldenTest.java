// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.family.QwenCase;
import dev.myna.engine.sampling.Sampler;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole Qwen vision models, image files and questions in, against float64: image rows, first logits, 16 greedy tokens. */
@NeedsGolden
class QwenEndToEndGoldenTest {

    /** A case with its conversation. */
    record Case(String family, QwenCase expected, Map<?, ?> values) {
        Path mmproj() {
            String variant = expected.variant().equals("f32-old") ? "old-f32" : expected.variant();
            return Golden.path(expected.folder() + "/mmproj-" + variant + ".gguf");
        }

        RgbImage[] images() {
            return ((List<?>) values.get("images"))
                    .stream()
                            .map(name -> ImageDecoder.decode(
                                    Golden.path(expected.folder() + "/" + name), ImageDecoder.Orientation.IGNORE))
                            .toArray(RgbImage[]::new);
        }

        /** The limits of the case as positions of the context. */
        ImageTokens tokens() {
            if (values.get("limits") == null) {
                return ImageTokens.STANDARD;
            }
            int side = family.equals("qwen3vl") ? 32 : 28;
            int[] pixels = QwenCase.ints(values.get("limits"));
            return new ImageTokens(pixels[0] / side / side, pixels[1] / side / side);
        }

        @Override
        public String toString() {
            return expected.toString();
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String family : new String[] {"qwen2vl", "qwen25vl", "qwen3vl"}) {
            List<?> values = (List<?>)
                    Golden.json("families/" + family + "/manifest.json").get("cases");
            List<QwenCase> expected = QwenCase.of(family);
            for (int i = 0; i < values.size(); i++) {
                cases.add(new Case(family, expected.get(i), (Map<?, ?>) values.get(i)));
            }
        }
        return cases.stream();
    }

    static Stream<Arguments> casesOnOpenCl() {
        return TestDevice.eachWith(cases(), TestDevice.OPENCL, TestDevice.DIVIDED);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imagesAndQuestionsGiveTheGoldenAnswersWithMachineCode(Case golden) {
        assertAnswers(golden, TestDevice.JIT.options());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imagesAndQuestionsGiveTheGoldenAnswersWithVectors(Case golden) {
        assertAnswers(golden, TestDevice.VECTOR.options());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imagesAndQuestionsGiveTheGoldenAnswersWithScalars(Case golden) {
        assertAnswers(
                golden,
                ModelOptions.builder().threads(2).kernels(CpuKernels.SCALAR).build());
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("casesOnOpenCl")
    void imagesAndQuestionsGiveTheGoldenAnswersOnOpenCl(TestDevice device, Case golden) {
        assertAnswers(golden, device.options());
    }

    private static void assertAnswers(Case golden, ModelOptions options) {
        QwenCase expected = golden.expected;
        ModelOptions limited = options.toBuilder().imageTokens(golden.tokens()).build();
        try (LoadedModel model = (LoadedModel) Myna.load(expected.textFile(), golden.mmproj(), limited);
                ConversationSession session = model.newSession(SessionOptions.builder()
                        .cacheType(TensorType.F32)
                        .contextSize(240)
                        .build())) {
            RgbImage[] images = golden.images();
            for (int i = 0; i < images.length; i++) {
                float[] rows = model.encode(images[i], ImageMode.AUTO);
                double error = Numbers.maxAbs(expected.images().get(i).rows(), rows);
                assertTrue(error <= 1e-4, "rows of image " + i + ": max abs " + error);
            }
            Generation started = start(session, golden, images);
            SessionGeneration generation = (SessionGeneration) started;
            session.prefill(generation.prompt(), generation);
            assertEquals(expected.size(), started.stats().promptTokens());
            double maxAbs = Numbers.maxAbs(expected.firstLogits(), session.logits());
            double relative = Numbers.relativeL2(expected.firstLogits(), session.logits());
            assertTrue(maxAbs <= 1e-3 && relative <= 5e-5, "logits: max abs " + maxAbs + ", relative L2 " + relative);
            Sampler greedy = new Sampler(GenerationOptions.greedy(), model.tokenizer());
            int[] ids = new int[expected.greedy().length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = greedy.next(session.logits());
                session.feed(ids[i]);
            }
            assertArrayEquals(expected.greedy(), ids);
        }
    }

    private static Generation start(ConversationSession session, Case golden, RgbImage[] images) {
        List<?> turns = (List<?>) golden.values.get("turns");
        for (int i = 0; i < turns.size(); i++) {
            Map<?, ?> turn = (Map<?, ?>) turns.get(i);
            boolean shown = golden.values.get("images_turn").equals(i);
            Message message = Message.of((String) turn.get("question"), shown ? images : new RgbImage[0]);
            if (turn.get("answer") == null) {
                return session.generate(
                        message, GenerationOptions.builder().maxTokens(16).build());
            }
            session.remember(message, (String) turn.get("answer"));
        }
        throw new AssertionError("no open turn in " + golden);
    }
}
