// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rotary embedding with scaled frequencies against Llama 3.1's reference, restated in double precision. */
class RopeTest {
    private static final float BASE = 500_000;
    private static final int[] POSITIONS = {0, 1, 130, 8_191, 100_000};
    private static final double EPS = 0x1p-24;

    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void scaledFrequenciesTurnAsTheReferenceSays(RopePairing pairing) {
        for (int headDim : new int[] {6, 64, 128}) {
            Rope rope = new Rope(headDim, BASE, pairing, llama32Divisors(headDim));
            for (Device device : List.of(Devices.scalar(), Devices.cpu(2))) {
                try (device) {
                    check(device, rope);
                }
            }
        }
    }

    /** As many frequencies as pairs turn, and the rest of a head as it was. */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void theLastElementsOfPartialHeadsStay(RopePairing pairing) {
        for (int turning : new int[] {2, 24, 48, 62}) {
            Rope rope = new Rope(64, turning, BASE, pairing, Collections.nCopies(turning / 2, 1f)).withMagnitude(1.2f);
            Random random = new Random(6);
            float[] before = new float[POSITIONS.length * 128];
            for (int i = 0; i < before.length; i++) {
                before[i] = random.nextFloat(-1, 1);
            }
            for (Device device : List.of(Devices.scalar(), Devices.cpu(2))) {
                try (device) {
                    float[] after = run(device, rope, before, 128);
                    for (int i = 0; i < before.length; i++) {
                        int element = i % 64;
                        if (element >= turning) {
                            assertEquals(before[i], after[i], "turning " + turning + ", element " + element);
                            continue;
                        }
                        boolean adjacent = pairing == RopePairing.ADJACENT;
                        int pair = adjacent ? element / 2 : element % (turning / 2);
                        boolean first = adjacent ? element % 2 == 0 : element < turning / 2;
                        int other = i + (adjacent ? 1 : turning / 2) * (first ? 1 : -1);
                        double angle = POSITIONS[i / 128] * Math.pow(BASE, -2.0 * pair / turning);
                        double expected = 1.2f
                                * (before[i] * Math.cos(angle) + before[other] * Math.sin(angle) * (first ? -1 : 1));
                        assertEquals(expected, after[i], 2 * (angle * EPS + 4 * EPS), turning + ", element " + element);
                    }
                }
            }
        }
    }

    private static void check(Device device, Rope rope) {
        int width = 3 * rope.headDim();
        Random random = new Random(5);
        float[] before = new float[POSITIONS.length * width];
        for (int i = 0; i < before.length; i++) {
            before[i] = random.nextFloat(-1, 1);
        }
        float[] after = run(device, rope, before, width);
        for (int row = 0; row < POSITIONS.length; row++) {
            for (int head = 0; head < 3; head++) {
                for (int pair = 0; pair < rope.headDim() / 2; pair++) {
                    boolean adjacent = rope.pairing() == RopePairing.ADJACENT;
                    int first = row * width + head * rope.headDim() + (adjacent ? 2 * pair : pair);
                    int second = first + (adjacent ? 1 : rope.headDim() / 2);
                    double angle = POSITIONS[row] * llama32Frequency(pair, rope.headDim());
                    // Divisors are stored as floats, then a rounded sine and cosine and three rounded operations.
                    double tolerance = 2 * (angle * EPS + 4 * EPS);
                    String where = rope.pairing() + ", dim " + rope.headDim() + ", row " + row + ", pair " + pair;
                    assertEquals(
                            before[first] * Math.cos(angle) - before[second] * Math.sin(angle),
                            after[first],
                            tolerance,
                            where);
                    assertEquals(
                            before[second] * Math.cos(angle) + before[first] * Math.sin(angle),
                            after[second],
                            tolerance,
                            where);
                }
            }
        }
    }

    private static float[] run(Device device, Rope rope, float[] values, int width) {
        try (Arena arena = Arena.ofConfined()) {
            KvCache cache =
                    device.allocateKvCache(arena, new KvCache.Shape(1, 100_001, 1, 32, TensorType.F16, TensorType.F16));
            Batch batch = new Batch(POSITIONS.length);
            for (int position : POSITIONS) {
                batch.add(cache, position);
            }
            Buffer x = device.allocate(arena, POSITIONS.length, width);
            device.write(x, values, 0, POSITIONS.length);
            device.attention().rope(x, batch, rope);
            float[] result = new float[values.length];
            device.read(x, result, 0, POSITIONS.length);
            return result;
        }
    }

    @Test
    void twoModelsOnOneDeviceKeepTheirOwnFrequencies() {
        Rope plain = new Rope(64, BASE, RopePairing.ADJACENT);
        Rope halved = new Rope(64, BASE, RopePairing.ADJACENT, Collections.nCopies(32, 2f));
        float[] values = new float[POSITIONS.length * 64];
        Arrays.fill(values, 1);
        try (Device device = Devices.cpu(1)) {
            float[] first = run(device, plain, values, 64);
            float[] second = run(device, halved, values, 64);
            // Pair 0 of position 1 turns by 1 radian, and by half of it.
            assertEquals(Math.cos(1) - Math.sin(1), first[64], 1e-6);
            assertEquals(Math.cos(0.5) - Math.sin(0.5), second[64], 1e-6);
        }
    }

    /** Each pair turns by the position of its axis, on rows of an image as on rows of text. */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void pairsTurnByThePositionOfTheirAxis(RopePairing pairing) {
        int[][] rows = {{3, 3, 3}, {4, 4, 5}, {4, 300, 6}, {0, 0, 129}};
        for (int headDim : new int[] {6, 64, 128}) {
            List<Integer> axes = new ArrayList<>();
            for (int pair = 0; pair < headDim / 2; pair++) {
                axes.add(pair < headDim / 8 ? 0 : 1 + pair % 2);
            }
            Rope rope = new Rope(headDim, BASE, pairing, Collections.nCopies(headDim / 2, 1f), axes);
            float[] values = new float[rows.length * headDim];
            Arrays.fill(values, 1);
            for (Device device : List.of(Devices.scalar(), Devices.cpu(2))) {
                try (device;
                        Arena arena = Arena.ofConfined()) {
                    Batch batch = new Batch(rows.length);
                    for (int[] row : rows) {
                        batch.add(row[0], row[1], row[2]);
                    }
                    Buffer x = device.allocate(arena, rows.length, headDim);
                    device.write(x, values, 0, rows.length);
                    device.attention().rope(x, batch, rope);
                    float[] turned = new float[values.length];
                    device.read(x, turned, 0, rows.length);
                    for (int i = 0; i < values.length; i++) {
                        int at = i % headDim;
                        boolean adjacent = pairing == RopePairing.ADJACENT;
                        int pair = adjacent ? at / 2 : at % (headDim / 2);
                        boolean second = adjacent ? at % 2 == 1 : at >= headDim / 2;
                        double angle = rows[i / headDim][axes.get(pair)] * rope.frequency(pair);
                        double expected = Math.cos(angle) + (second ? 1 : -1) * Math.sin(angle);
                        assertEquals(expected, turned[i], 8 * EPS, "row " + i / headDim + ", pair " + pair);
                    }
                }
            }
        }
    }

    /** Positions that are alike on all axes give the bits of a rope with one axis, whichever axes it has. */
    @Test
    void textTurnsAsWithOneAxis() {
        Rope one = new Rope(64, BASE, RopePairing.SPLIT_HALF);
        List<Integer> axes = new ArrayList<>();
        for (int pair = 0; pair < 32; pair++) {
            axes.add(pair % 3);
        }
        Rope three = new Rope(64, BASE, RopePairing.SPLIT_HALF, Collections.nCopies(32, 1f), axes);
        float[] values = new float[POSITIONS.length * 64];
        Arrays.fill(values, 0.7f);
        try (Device device = Devices.cpu(1)) {
            assertArrayEquals(run(device, one, values, 64), run(device, three, values, 64));
        }
    }

    @Test
    void divisorsOfOneChangeNothing() {
        Rope plain = new Rope(64, BASE, RopePairing.ADJACENT);
        assertEquals(plain, new Rope(64, BASE, RopePairing.ADJACENT, Collections.nCopies(32, 1f)));
        for (int pair = 0; pair < 32; pair++) {
            assertEquals(Math.pow(BASE, -2.0 * pair / 64), plain.frequency(pair));
        }
    }

    @Test
    void invalidRopesAreRefused() {
        assertRefused("head dim 3", () -> new Rope(3, BASE, RopePairing.ADJACENT));
        assertRefused("head dim 0", () -> new Rope(0, BASE, RopePairing.ADJACENT));
        assertRefused("base NaN", () -> new Rope(4, Float.NaN, RopePairing.ADJACENT));
        assertRefused("base Infinity", () -> new Rope(4, Float.POSITIVE_INFINITY, RopePairing.ADJACENT));
        assertRefused("head dim 4", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(1f)));
        assertRefused("with 6", () -> new Rope(4, 6, BASE, RopePairing.ADJACENT, List.of(1f, 1f, 1f)));
        assertRefused("with 3", () -> new Rope(4, 3, BASE, RopePairing.ADJACENT, List.of(1f)));
        assertRefused("magnitude 0", () -> new Rope(4, BASE, RopePairing.ADJACENT).withMagnitude(0));
        assertRefused("divisor 0", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(1f, 0f)));
        assertRefused("divisor -1", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(-1f, 1f)));
        assertRefused("1 axes", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(1f, 1f), List.of(0)));
        assertRefused("axis 3", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(1f, 1f), List.of(0, 3)));
        assertRefused("axis -1", () -> new Rope(4, BASE, RopePairing.ADJACENT, List.of(1f, 1f), List.of(-1, 0)));
    }

    private static void assertRefused(String named, Runnable making) {
        String message =
                assertThrows(IllegalArgumentException.class, making::run).getMessage();
        assertTrue(message.contains(named), message);
    }

    /** Llama 3.1's apply_scaling with Llama 3.2's numbers: factor 32, low 1, high 4, original context 8192. */
    private static double llama32Frequency(int pair, int headDim) {
        double frequency = 1 / Math.pow(BASE, 2 * pair / (double) headDim);
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < 8192 / 4.0) {
            return frequency;
        }
        if (wavelength > 8192) {
            return frequency / 32;
        }
        double smooth = (8192 / wavelength - 1) / (4 - 1);
        return (1 - smooth) * frequency / 32 + smooth * frequency;
    }

    private static List<Float> llama32Divisors(int headDim) {
        List<Float> divisors = new ArrayList<>();
        for (int pair = 0; pair < headDim / 2; pair++) {
            double unscaled = 1 / Math.pow(BASE, 2 * pair / (double) headDim);
            divisors.add((float) (unscaled / llama32Frequency(pair, headDim)));
        }
        return divisors;
    }
}
