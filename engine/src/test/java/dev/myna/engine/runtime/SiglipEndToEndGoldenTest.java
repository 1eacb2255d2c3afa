// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.family.DecoderCase;
import dev.myna.engine.family.Families;
import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.vision.SiglipVisionCase;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models with square tiles: a conversation with images in, first logits and 16 greedy tokens out, against float64. */
@NeedsGolden
class SiglipEndToEndGoldenTest {

    /**
     * Options that no session has are left out: crops of another size than the published one, and one tile for each of several images
     * where a single image has several.
     */
    private static List<SiglipVisionCase> cases() {
        return Stream.of("gemma3", "smolvlm", "internvl3", "ayavision", "llava")
                .flatMap(family -> SiglipVisionCase.of(family).stream())
                .filter(golden -> !golden.options().containsKey("pan")
                        && !golden.options().containsKey("single"))
                .filter(golden -> {
                    try (GgufFile file = GgufFile.open(text(golden))) {
                        return Families.isDecoder(file.metadata());
                    }
                })
                .toList();
    }

    /** The first case of each model. */
    private static Stream<SiglipVisionCase> firstCases() {
        return Thorough.Cases.of(cases(), SiglipVisionCase::model).stream();
    }

    /** With machine code, also the first case of each kind. */
    static Stream<Arguments> casesOnCpu() {
        List<SiglipVisionCase> kinds = Thorough.Cases.of(
                cases(),
                SiglipVisionCase::model,
                golden -> List.of(golden.family(), DecoderCase.kind((String)
                        golden.golden().get("case"))));
        return Stream.concat(
                TestDevice.eachWith(firstCases(), TestDevice.SCALAR, TestDevice.VECTOR),
                TestDevice.eachWith(kinds.stream(), TestDevice.JIT));
    }

    static Stream<Arguments> casesOnOpenCl() {
        return TestDevice.eachWith(firstCases(), TestDevice.OPENCL, TestDevice.DIVIDED);
    }

    private static Path text(SiglipVisionCase golden) {
        return golden.file().resolveSibling("text.gguf");
    }

    @NeedsOpenCl
    @Thorough
    @ParameterizedTest
    @MethodSource("casesOnOpenCl")
    void logitsAndTokensEqualFloat64OnOpenCl(TestDevice device, SiglipVisionCase golden) {
        logitsAndTokensEqualFloat64(device, golden);
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("casesOnCpu")
    void logitsAndTokensEqualFloat64(TestDevice device, SiglipVisionCase golden) {
        ModelOptions options = device.options().toBuilder()
                .imageTiles(new ImageTiles(tiles(golden.options()), false))
                .build();
        try (LoadedModel model = (LoadedModel) Myna.load(text(golden), golden.file(), options);
                ConversationSession session = model.newSession(
                        SessionOptions.builder().cacheType(TensorType.F32).build())) {
            SessionGeneration generation = start(session, golden);
            session.prefill(generation.prompt(), generation);
            assertEquals(golden.golden().get("positions"), generation.prompt().size());
            float[] expected = Golden.floats("families/" + golden.family() + "/" + golden.model() + "/"
                    + ((Map<?, ?>) golden.golden().get("first_logits")).get("file"));
            double maxAbs = Numbers.maxAbs(expected, session.logits());
            double relative = Numbers.relativeL2(expected, session.logits());
            assertTrue(maxAbs <= 1e-3 && relative <= 5e-5, "logits: max abs " + maxAbs + ", relative L2 " + relative);
            assertArrayEquals(ints(golden.golden().get("greedy")), answer(session, model));
        }
    }

    private static int tiles(Map<String, Object> options) {
        return options.get("max_tiles") instanceof Integer most
                ? most
                : Boolean.FALSE.equals(options.get("split")) ? 1 : 0;
    }

    private static SessionGeneration start(ConversationSession session, SiglipVisionCase golden) {
        List<RgbImage> images = golden.images();
        for (Object each : (List<?>) golden.golden().get("turns")) {
            List<String> turn = texts(each);
            Message message = Message.of(turn.get(0), images.toArray(RgbImage[]::new));
            if (turn.get(1) == null) {
                return (SessionGeneration) session.generate(
                        message, GenerationOptions.builder().maxTokens(16).build());
            }
            session.remember(message, turn.get(1));
            images = List.of();
        }
        throw new AssertionError("no open turn in " + golden);
    }

    private static List<String> texts(Object turn) {
        return turn instanceof Map<?, ?> map
                ? Arrays.asList((String) map.get("question"), (String) map.get("answer"))
                : ((List<?>) turn).stream().map(text -> (String) text).collect(Collectors.toList());
    }

    /** The goldens go on for 16 tokens whatever they are. */
    private static int[] answer(ConversationSession session, LoadedModel model) {
        Sampler greedy = new Sampler(GenerationOptions.greedy(), model.tokenizer());
        int[] ids = new int[16];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = greedy.next(session.logits());
            if (i < ids.length - 1) {
                session.feed(ids[i]);
            }
        }
        return ids;
    }

    private static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }
}
