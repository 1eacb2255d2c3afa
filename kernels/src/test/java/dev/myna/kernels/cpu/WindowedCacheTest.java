// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cache that drops what no window reaches any more gives what a cache gives that keeps all. */
class WindowedCacheTest {
    private static final int CAPACITY = 1500;
    private static final int WINDOW = 70;
    private static final int MAX_ROWS = 60;
    private static final int DIM = 32;
    private static final Attention.Heads HEADS = new Attention.Heads(4, 2, DIM, 0.2f);
    private static final KvCache.Shape ALL = new KvCache.Shape(2, CAPACITY, 2, DIM, TensorType.F16, TensorType.Q8_0);
    private static final KvCache.Shape SOME = new KvCache.Shape(
            2, CAPACITY, 2, DIM, TensorType.F16, TensorType.Q8_0, List.of(WINDOW, Attention.NO_WINDOW), MAX_ROWS);

    @ParameterizedTest
    @EnumSource(CpuKernels.class)
    void attentionIsTheSame(CpuKernels kernels) {
        try (Device device = Devices.cpu(2, kernels);
                Arena arena = Arena.ofShared()) {
            KvCache all = device.allocateKvCache(arena, ALL);
            KvCache some = device.allocateKvCache(arena, SOME);
            int position = 0;
            for (int round = 0; position < CAPACITY - MAX_ROWS; round++) {
                int rows = new int[] {MAX_ROWS, 1, 7, MAX_ROWS}[round % 4];
                for (int layer = 0; layer < 2; layer++) {
                    assertArrayEquals(
                            pass(device, arena, all, position, rows, layer),
                            pass(device, arena, some, position, rows, layer),
                            rows + " rows from " + position + ", layer " + layer);
                }
                position += rows;
            }
            assertTrue(some.allocatedBytes() < 0.7 * all.allocatedBytes());
            assertTrue(some.allocatedBytes() <= SOME.bytes());
        }
    }

    private static float[] pass(Device device, Arena arena, KvCache cache, int first, int rows, int layer) {
        Random random = new Random(first);
        Batch batch = new Batch(rows);
        for (int i = 0; i < rows; i++) {
            batch.add(cache, first + i);
        }
        device.attention()
                .storeKv(
                        random(device, arena, random, rows, 2 * DIM),
                        random(device, arena, random, rows, 2 * DIM),
                        batch,
                        layer);
        Buffer out = device.allocate(arena, rows, 4 * DIM);
        int window = layer == 0 ? WINDOW : Attention.NO_WINDOW;
        device.attention().attendCausal(random(device, arena, random, rows, 4 * DIM), batch, layer, HEADS, window, out);
        float[] result = new float[rows * 4 * DIM];
        device.read(out, result, 0, rows);
        return result;
    }

    private static Buffer random(Device device, Arena arena, Random random, int rows, int width) {
        float[] values = new float[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Buffer buffer = device.allocate(arena, rows, width);
        device.write(buffer, values, 0, rows);
        return buffer;
    }

    /** Room for a window and a pass, in whole blocks; never more than without windows. */
    @Test
    void roomFollowsTheWindow() {
        assertEquals(384, SOME.positions(0));
        assertEquals(1504, SOME.positions(1));
        assertEquals((384 + 1504) * 2L * (DIM * 2 + DIM / 32 * 34), SOME.bytes());
        assertEquals(384, SOME.ofLayers(0, 1).positions(0));
        assertEquals(1504, SOME.ofLayers(1, 2).positions(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new KvCache.Shape(2, 9, 1, 2, TensorType.F32, TensorType.F32, List.of(1), 1));
    }

    @Test
    void aCacheCanContinueWhereTheWindowIsStillThere() {
        try (Device device = Devices.cpu(1, CpuKernels.VECTOR);
                Arena arena = Arena.ofShared()) {
            KvCache cache = device.allocateKvCache(arena, SOME);
            fill(device, arena, cache, 1000);
            assertTrue(cache.canContinueAt(0));
            assertFalse(cache.canContinueAt(100));
            assertTrue(cache.canContinueAt(1000));
            assertTrue(cache.canContinueAt(940), "a pass may be taken back");
            KvCache copy = device.allocateKvCache(arena, SOME);
            assertTrue(device.attention().copyKv(cache, copy, 960));
            assertTrue(copy.canContinueAt(960));
            assertArrayEquals(pass(device, arena, cache, 960, 40, 0), pass(device, arena, copy, 960, 40, 0), "copied");
            assertThrows(
                    IllegalArgumentException.class, () -> device.attention().copyKv(cache, copy, 300));
            Batch batch = new Batch(1);
            batch.add(cache, 500);
            Buffer row = device.allocate(arena, 1, 4 * DIM);
            Buffer out = device.allocate(arena, 1, 4 * DIM);
            IllegalArgumentException dropped = assertThrows(
                    IllegalArgumentException.class,
                    () -> device.attention().attendCausal(row, batch, 0, HEADS, WINDOW, out));
            assertTrue(dropped.getMessage().contains("positions 431 to 500 are not all stored"), dropped.getMessage());
        }
    }

    private static void fill(Device device, Arena arena, KvCache cache, int count) {
        for (int layer = 0; layer < 2; layer++) {
            for (int first = 0; first < count; first += MAX_ROWS) {
                pass(device, arena, cache, first, Math.min(MAX_ROWS, count - first), layer);
            }
        }
    }
}
