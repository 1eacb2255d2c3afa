// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.DecoderCase;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole Qwen models: pictures and the ids of a prompt in, first logits and 16 greedy tokens out, against float64. */
@NeedsGolden
class QwenEndToEndGoldenTest {
    private static final int PICTURE = -200;

    record Case(String family, Map<String, Object> values) {
        Path file(String name) {
            return Golden.path("families/" + family + "/" + name);
        }

        String variant() {
            return (String) values.get("variant");
        }

        String kind() {
            return DecoderCase.kind((String) values.get("case"));
        }

        Path file(String kind, boolean vision) {
            for (Object each : (List<?>)
                    Golden.json("families/" + family + "/manifest.json").get("variants")) {
                Map<?, ?> variant = (Map<?, ?>) each;
                if (variant.get("name").equals(kind)) {
                    return file((String) variant.get(vision ? "mmproj" : "text"));
                }
            }
            throw new AssertionError(kind);
        }

        @Override
        public String toString() {
            return family + "/" + variant() + "/" + values.get("case");
        }
    }

    private static List<Case> cases() {
        return Stream.of("qwen2vl", "qwen25vl", "qwen3vl")
                .flatMap(family -> ((List<?>) Golden.json("families/" + family + "/manifest.json")
                                .get("cases"))
                        .stream().map(each -> new Case(family, map(each))))
                .toList();
    }

    /** The first case of each model. */
    private static Stream<Case> firstCases() {
        return Thorough.Cases.of(cases(), golden -> List.of(golden.family, golden.variant())).stream();
    }

    /** With machine code, also the first case of each kind. */
    static Stream<Arguments> casesOnTheCpu() {
        List<Case> kinds = Thorough.Cases.of(
                cases(),
                golden -> List.of(golden.family, golden.variant()),
                golden -> List.of(golden.family, golden.kind()));
        return Stream.concat(
                TestDevice.eachWith(firstCases(), TestDevice.SCALAR, TestDevice.VECTOR),
                TestDevice.eachWith(kinds.stream(), TestDevice.JIT));
    }

    static Stream<Arguments> casesOnOpenCl() {
        return TestDevice.eachWith(firstCases(), TestDevice.OPENCL, TestDevice.DIVIDED);
    }

    @NeedsOpenCl
    @Thorough
    @ParameterizedTest
    @MethodSource("casesOnOpenCl")
    void logitsAndTokensEqualFloat64OnOpenCl(TestDevice device, Case golden) {
        logitsAndTokensEqualFloat64(device, golden);
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("casesOnTheCpu")
    void logitsAndTokensEqualFloat64(TestDevice device, Case golden) {
        ModelOptions options =
                device.options().toBuilder().imageTokens(tokens(golden)).build();
        try (LoadedModel model = (LoadedModel)
                Myna.load(golden.file(golden.variant(), false), golden.file(golden.variant(), true), options)) {
            SessionSetup setup = SessionSetup.plain(
                    model,
                    SessionOptions.builder()
                            .contextSize(240)
                            .cacheType(TensorType.F32)
                            .build());
            Prompt prompt = prompt(model, golden);
            assertEquals(number(golden.values.get("positions")), prompt.size());
            assertEquals(
                    number(golden.values.get("next_position")),
                    prompt.positions().next());
            try (CachedTokenSequence sequence = new CachedTokenSequence(setup)) {
                sequence.compute(prompt, Checkpoint.NONE);
                float[] expected = Golden.floats("families/" + golden.family + "/"
                        + map(golden.values.get("first_logits")).get("file"));
                double maxAbs = Numbers.maxAbs(expected, sequence.logits());
                double relative = Numbers.relativeL2(expected, sequence.logits());
                assertTrue(
                        maxAbs <= 1e-3 && relative <= 5e-5, "logits: max abs " + maxAbs + ", relative L2 " + relative);
                int[] greedy = ints(golden.values.get("greedy"));
                int[] answer = new int[greedy.length];
                for (int i = 0; i < greedy.length; i++) {
                    answer[i] = argMax(sequence.logits());
                    sequence.feed(answer[i], Checkpoint.NONE);
                }
                assertArrayEquals(greedy, answer);
            }
        }
    }

    /** The limits of a golden in squares of four patches. */
    private static ImageTokens tokens(Case golden) {
        if (golden.values.get("limits") == null) {
            return ImageTokens.STANDARD;
        }
        int place = golden.family.equals("qwen3vl") ? 32 * 32 : 28 * 28;
        int[] pixels = ints(golden.values.get("limits"));
        return new ImageTokens(pixels[0] / place, pixels[1] / place);
    }

    private static Prompt prompt(LoadedModel model, Case golden) {
        List<RgbImage> pictures = new ArrayList<>();
        for (Object name : (List<?>) golden.values.get("images")) {
            pictures.add(ImageDecoder.decode(golden.file((String) name), ImageDecoder.Orientation.IGNORE));
        }
        List<PromptPiece> pieces = new ArrayList<>();
        List<PromptImage> images = new ArrayList<>();
        for (int id : ints(golden.values.get("ids"))) {
            if (id != PICTURE) {
                pieces.add(new PromptPiece.Tokens(new int[] {id}));
                continue;
            }
            RgbImage picture = pictures.get(images.size());
            ImageLayout layout = model.vision().layout(picture.width(), picture.height(), ImageMode.AUTO);
            ImageGrid grid = layout.grid().orElseThrow();
            ImageRows rows = new ImageRows(images.size(), grid.size());
            rows.set(model.vision().encode(picture, ImageMode.AUTO), new float[0]);
            pieces.add(new PromptPiece.Image(images.size(), 0, grid.size()));
            images.add(new PromptImage(picture, rows, ImagePlace.ofRows(grid.size()), grid, null));
        }
        return Prompt.of(pieces, images, false);
    }

    private static int argMax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private static int[] ints(Object value) {
        return ((List<?>) value)
                .stream().mapToInt(QwenEndToEndGoldenTest::number).toArray();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
