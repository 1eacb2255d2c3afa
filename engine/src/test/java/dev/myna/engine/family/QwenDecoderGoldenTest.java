// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.engine.prompt.RotaryPositions;
import dev.myna.kernels.Device;
import dev.myna.kernels.Rope;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoders of Qwen2-VL, Qwen2.5-VL, Qwen3 and Qwen3-VL against float64 arithmetic, with the goldens' own image rows. */
@NeedsGolden
class QwenDecoderGoldenTest extends DecoderGolden {

    static List<DecoderCase> all() {
        return Stream.of("qwen3", "qwen2vl", "qwen25vl", "qwen3vl")
                .flatMap(family -> QwenCases.of(family).stream())
                .toList();
    }

    static List<DecoderCase> firsts() {
        return DecoderCase.firsts(all());
    }

    static List<DecoderCase> kinds() {
        return DecoderCase.kinds(all());
    }

    private static DecoderCase named(String family, String name) {
        return QwenCases.of(family).stream()
                .filter(each -> each.name().equals(name) && each.model().equals("f32"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("all")
    void positionsAreTheGoldens(DecoderCase golden) {
        RotaryPositions rotary = golden.rotary();
        for (int row = 0; row < golden.size(); row++) {
            for (int axis = 0; axis < 3; axis++) {
                assertEquals(golden.positions()[row][axis], rotary.get(row, axis), "row " + row + ", axis " + axis);
            }
        }
        assertEquals(golden.nextPosition(), rotary.next());
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(strings = {"qwen3", "qwen2vl", "qwen25vl", "qwen3vl"})
    void greedyTokensAreTheGoldensOnOpenCl(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        try (DecoderRun run = new DecoderRun(golden, TestDevice.OPENCL.open())) {
            assertArrayEquals(golden.greedy(), run.greedy(golden));
        }
    }

    /** Rows after each layer, with what deepstack adds. */
    @Thorough
    @ParameterizedTest
    @ValueSource(strings = {"qwen3", "qwen2vl", "qwen25vl", "qwen3vl"})
    void rowsAfterEachLayerAreTheGoldens(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        for (TestDevice device : TestDevice.cpus()) {
            try (DecoderRun run = new DecoderRun(golden, device.open())) {
                List<float[]> blocks = new ArrayList<>();
                run.logits(golden, golden.positions(), blocks, golden.size());
                assertEquals(golden.blocks().size(), blocks.size());
                for (int i = 0; i < blocks.size(); i++) {
                    double error = Numbers.relativeL2(golden.blocks().get(i), blocks.get(i));
                    assertTrue(error <= ALL, device + ", layer " + i + ": relative L2 " + error);
                }
            }
        }
    }

    /** Wherever a prompt is cut in two: also inside an image. A plain build cuts at every seventh place. */
    @Thorough
    @ParameterizedTest
    @ValueSource(strings = {"qwen3", "qwen2vl", "qwen25vl", "qwen3vl"})
    void promptsCutAnywhereGiveTheSame(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        for (TestDevice device : TestDevice.cpus()) {
            try (DecoderRun run = new DecoderRun(golden, device.open())) {
                for (int cut = 1; cut < golden.size(); cut += Thorough.Times.of(7, 1)) {
                    assertClose(golden, run.logits(golden, cut, golden.size()), "cut at " + cut);
                }
            }
        }
    }

    @Thorough
    @ParameterizedTest
    @ValueSource(strings = {"two_images", "late_picture", "two_turns"})
    void passesOfFewAndOfManyRowsGiveTheSame(String name) {
        for (String family : new String[] {"qwen2vl", "qwen25vl", "qwen3vl"}) {
            DecoderCase golden = named(family, name);
            for (TestDevice device : TestDevice.cpus()) {
                try (DecoderRun run = new DecoderRun(golden, device.open())) {
                    for (int rows : Thorough.Times.all() ? new int[] {1, 3, 16, 33} : new int[] {3, 33}) {
                        int[] ends = IntStream.rangeClosed(1, Math.ceilDiv(golden.size(), rows))
                                .map(pass -> Math.min(pass * rows, golden.size()))
                                .toArray();
                        assertClose(golden, run.logits(golden, ends), rows + " rows a pass");
                    }
                }
            }
        }
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void promptsCutInsideAnImageGiveTheSameOnOpenCl(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        try (DecoderRun run = new DecoderRun(golden, TestDevice.OPENCL.open())) {
            for (int cut : new int[] {1, 7, 20, 30, golden.size() - 1}) {
                assertClose(golden, run.logits(golden, cut, golden.size()), "cut at " + cut);
            }
        }
    }

    /** Layers on two devices: what deepstack adds is on the device of its layer. */
    @Test
    void layersOnTwoDevicesGiveTheSame() {
        DecoderCase golden = QwenCases.of("qwen3vl").getFirst();
        for (int back : new int[] {1, 2, 3}) {
            Device front = Devices.cpu(1);
            Device last = Devices.scalar();
            LayerPlacement placement = LayerPlacement.last(back, golden.blocks().size(), front, last);
            try (DecoderRun run = new DecoderRun(golden, placement, List.of(front, last), UnaryOperator.identity())) {
                assertClose(golden, run.logits(golden, 25, golden.size()), back + " layers at the back");
            }
        }
    }

    // Common mistakes must miss the goldens.

    /** What is wrong by more than the bound. */
    private static void assertMisses(DecoderCase golden, float[] logits, String mistake) {
        double error = Numbers.relativeL2(golden.firstLogits(), logits);
        assertTrue(error > 20 * ALL, golden + ", " + mistake + ": relative L2 " + error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void wrongPositionsMissTheGoldens(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        try (DecoderRun run = new DecoderRun(golden, TestDevice.VECTOR.open())) {
            int[][] sequential = new int[golden.size()][];
            int[][] swapped = new int[golden.size()][];
            for (int i = 0; i < golden.size(); i++) {
                int[] position = golden.positions()[i];
                sequential[i] = new int[] {i, i, i};
                swapped[i] = new int[] {position[0], position[2], position[1]};
            }
            assertMisses(golden, run.logits(golden, sequential, null, golden.size()), "positions of the cache");
            assertMisses(golden, run.logits(golden, swapped, null, golden.size()), "rows and columns swapped");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void wrongAxesMissTheGoldens(String family) {
        DecoderCase golden = QwenCases.of(family).getFirst();
        List<UnaryOperator<DecoderConfig>> mistakes = List.of(
                config -> withAxes(config, Collections.nCopies(config.headDim() / 2, 0)),
                config -> withAxes(config, otherOrder(config)));
        for (UnaryOperator<DecoderConfig> mistake : mistakes) {
            Device device = TestDevice.VECTOR.open();
            try (DecoderRun run = new DecoderRun(golden, LayerPlacement.on(device), List.of(device), mistake)) {
                assertMisses(golden, run.logits(golden, golden.size()), "axes");
            }
        }
    }

    private static DecoderConfig withAxes(DecoderConfig config, List<Integer> axes) {
        Rope rope = config.rope();
        return config.withRope(new Rope(rope.headDim(), rope.base(), rope.pairing(), rope.divisors(), axes));
    }

    /** Interleaved for chunked and the other way round. */
    private static List<Integer> otherOrder(DecoderConfig config) {
        List<Integer> axes = new ArrayList<>(config.rope().axes());
        if (config.architecture().equals("qwen3vl")) {
            Collections.sort(axes);
        } else {
            axes.replaceAll(_ -> 0);
            for (int pair = 0; pair < axes.size(); pair++) {
                axes.set(pair, pair % 3);
            }
        }
        return axes;
    }

    @Test
    void missingAndMisplacedDeepstackMissTheGoldens() {
        DecoderCase golden = QwenCases.of("qwen3vl").getFirst();
        DecoderCase.Image image = golden.images().getFirst();
        List<float[]> zeros =
                image.deepstack().stream().map(each -> new float[each.length]).toList();
        for (List<float[]> wrong : List.of(zeros, image.deepstack().reversed())) {
            DecoderCase changed = golden.withImage(DecoderCase.Image.of(image.grid(), image.merged(), wrong));
            try (DecoderRun run = new DecoderRun(golden, TestDevice.VECTOR.open())) {
                assertMisses(golden, run.logits(changed, golden.size()), "deepstack");
            }
        }
    }

    // What needs no golden.

    @Test
    void deepstackRowsOfZeroAreNoDeepstack() {
        DecoderCase golden = QwenCases.of("qwen3vl").getFirst();
        DecoderCase.Image image = golden.images().getFirst();
        List<float[]> zeros =
                image.deepstack().stream().map(each -> new float[each.length]).toList();
        DecoderCase zero = golden.withImage(DecoderCase.Image.of(image.grid(), image.merged(), zeros));
        DecoderCase none = golden.withImage(DecoderCase.Image.of(image.grid(), image.merged(), List.of()));
        Device device = TestDevice.VECTOR.open();
        try (DecoderRun with = new DecoderRun(golden, TestDevice.VECTOR.open());
                DecoderRun without = new DecoderRun(
                        golden, LayerPlacement.on(device), List.of(device), config -> config.withDeepstack(0))) {
            assertArrayEquals(without.logits(none, golden.size()), with.logits(zero, golden.size()));
        }
    }

    /** Text alone does not see that there are axes. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2vl", "qwen25vl", "qwen3vl"})
    void textIsTurnedAsByPlainRope(String family) {
        DecoderCase golden = named(family, "text_only");
        Device device = TestDevice.VECTOR.open();
        try (DecoderRun axes = new DecoderRun(golden, TestDevice.VECTOR.open());
                DecoderRun plain = new DecoderRun(
                        golden,
                        LayerPlacement.on(device),
                        List.of(device),
                        config -> withAxes(config, Collections.nCopies(config.headDim() / 2, 0)))) {
            assertArrayEquals(plain.logits(golden, golden.size()), axes.logits(golden, golden.size()));
        }
    }

    /** The same rows at another place of the grid: the image matters, and so does where its rows lie. */
    @Test
    void turnedGridsGiveOtherLogits() {
        DecoderCase golden = QwenCases.of("qwen2vl").getFirst();
        try (DecoderRun run = new DecoderRun(golden, TestDevice.VECTOR.open())) {
            DecoderCase.Image image = golden.images().getFirst();
            float[] reversed = image.merged().clone();
            int width = reversed.length / image.grid().size();
            for (int row = 0; row < image.grid().size(); row++) {
                System.arraycopy(image.merged(), row * width, reversed, reversed.length - (row + 1) * width, width);
            }
            DecoderCase other = golden.withImage(DecoderCase.Image.of(image.grid(), reversed, List.of()));
            float[] logits = run.logits(other, golden.size());
            assertMisses(golden, logits, "rows in another order");
        }
    }
}
