// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderTraits;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.engine.decoder.LocalLayers;
import dev.myna.kernels.Device;
import dev.myna.kernels.Rope;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The decoders of Gemma 3, Aya Vision, Maya, SmolVLM, InternVL3, LLaVA-OneVision and Centurio against float64 arithmetic, with the
 * goldens' own image rows.
 */
@NeedsGolden
class SiglipDecoderGoldenTest extends DecoderGolden {

    private static List<DecoderCase> all() {
        return Stream.of("gemma3", "ayavision", "llava", "smolvlm", "internvl3")
                .flatMap(family -> SiglipCases.of(family).stream())
                .toList();
    }

    static List<DecoderCase> firsts() {
        return DecoderCase.firsts(all());
    }

    static List<DecoderCase> kinds() {
        return DecoderCase.kinds(all());
    }

    private static DecoderCase named(String model, String name) {
        return all().stream()
                .filter(each -> each.model().equals(model) && each.name().startsWith(name))
                .findFirst()
                .orElseThrow();
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(strings = {"gemma3-f32", "gemma3-f16", "ayavision-f32", "maya-f32"})
    void greedyTokensAreTheGoldensOnOpenCl(String model) {
        DecoderCase golden = named(model, "q0");
        try (DecoderRun run = new DecoderRun(golden, TestDevice.OPENCL.open())) {
            assertArrayEquals(golden.greedy(), run.greedy(golden));
        }
    }

    /** In passes of a few rows, which hold the rows of a block together where these see each other. */
    @Thorough
    @ParameterizedTest
    @MethodSource("kinds")
    void passesDoNotChangeTheLogits(DecoderCase golden) {
        for (TestDevice device : TestDevice.cpus()) {
            try (DecoderRun run = new DecoderRun(golden, device.open())) {
                assertClose(golden, run.logits(golden, ends(golden, 3)), "passes of 3 rows");
            }
        }
    }

    /** Ends of passes of {@code rows} rows, or of one block with what is before it. */
    private static int[] ends(DecoderCase golden, int rows) {
        List<Integer> ends = new ArrayList<>();
        for (int end = rows; end < golden.size(); end += rows) {
            for (int[] block : golden.intervals()) {
                end = end > block[0] && end <= block[1] ? block[1] + 1 : end;
            }
            ends.add(end);
        }
        if (ends.isEmpty() || ends.getLast() < golden.size()) {
            ends.add(golden.size());
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void layersOnTwoDevices() {
        Device front = TestDevice.VECTOR.open();
        Device back = TestDevice.JIT.open();
        DecoderCase golden = named("gemma3-f32", "q0");
        try (DecoderRun run = new DecoderRun(
                golden, new LayerPlacement(front, back, 3), List.of(front, back), UnaryOperator.identity())) {
            assertClose(golden, run.logits(golden, golden.size()), "two devices");
        }
    }

    // What goes wrong easily must show.

    @Test
    void imageRowsThatSeeOnlyWhatIsBeforeAreNoticed() {
        assertMissed(
                "gemma3-f32",
                "q0",
                0.1,
                config -> config.withTraits(config.traits().withImagesBothWays(false)));
    }

    @Test
    void windowOneWiderIsNoticed() {
        assertMissed("gemma3-f32", "q0", 0.05, config -> widened(config, 1));
        assertMissed("ayavision-f32", "q0", 0.01, config -> widened(config, 1));
        assertMissed("ayavision-f32", "q0", 0.01, config -> widened(config, -1));
    }

    private static DecoderConfig widened(DecoderConfig config, int by) {
        LocalLayers local = config.local();
        return config.withLocal(
                new LocalLayers(local.window() + by, local.period(), local.rope(), local.globalTurns()));
    }

    @Test
    void otherPeriodIsNoticed() {
        assertMissed(
                "gemma3-f32",
                "q0",
                0.01,
                config -> config.withLocal(new LocalLayers(
                        config.local().window(), 5, config.local().rope(), true)));
    }

    @Test
    void ropeFactorLeftOutIsNoticed() {
        assertMissed("gemma3-f32", "q0", 0.01, config -> {
            Rope scaled = config.rope();
            return config.withRope(new Rope(scaled.headDim(), scaled.base(), scaled.pairing()));
        });
    }

    @Test
    void ropeFactorOnLocalLayersIsNoticed() {
        assertMissed(
                "gemma3-f32",
                "q0",
                0.01,
                config -> config.withLocal(
                        new LocalLayers(config.local().window(), config.local().period(), config.ropes(), true)));
    }

    @Test
    void embeddingsWithoutTheirFactorAreNoticed() {
        assertMissed(
                "gemma3-f32",
                "text_only",
                0.01,
                config -> config.withTraits(config.traits().withEmbeddingScale(1)));
    }

    @Test
    void globalLayersThatTurnAreNoticed() {
        assertMissed(
                "ayavision-f32",
                "q0",
                0.01,
                config -> config.withLocal(new LocalLayers(
                        config.local().window(),
                        config.local().period(),
                        config.local().rope(),
                        true)));
    }

    @Test
    void otherLastNormIsNoticed() {
        assertMissed(
                "maya-f32",
                "q0",
                1e-3,
                config -> config.withTraits(
                        DecoderTraits.NONE.withLogitScale(config.traits().logitScale())));
    }

    @Test
    void logitsWithoutTheirFactorAreNoticed() {
        assertMissed(
                "maya-f32",
                "q0",
                0.9,
                config -> config.withTraits(config.traits().withLogitScale(1)));
    }

    /** A computation that is wrong in one way misses the golden by at least so much. */
    private static void assertMissed(String model, String name, double least, UnaryOperator<DecoderConfig> change) {
        DecoderCase golden = named(model, name);
        Device device = TestDevice.VECTOR.open();
        try (DecoderRun run = new DecoderRun(golden, LayerPlacement.on(device), List.of(device), change)) {
            double error = Numbers.relativeL2(golden.firstLogits(), run.logits(golden, golden.size()));
            assertTrue(error > least, golden + ": relative L2 " + error);
        }
    }
}
