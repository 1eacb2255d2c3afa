// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Which positions a row of a batch may look at. */
class BatchBlocksTest {
    private static final KvCache CACHE = () -> new KvCache.Shape(1, 100, 1, 1, TensorType.F32, TensorType.F32);

    @Test
    void rowSeesItsWindow() {
        Batch batch = new Batch(2);
        batch.add(CACHE, 3);
        batch.add(CACHE, 50);
        assertEquals(0, batch.firstVisible(0, Attention.NO_WINDOW));
        assertEquals(0, batch.firstVisible(0, 8));
        assertEquals(43, batch.firstVisible(1, 8));
        assertEquals(50, batch.firstVisible(1, 1));
        assertEquals(50, batch.blockLast(1));
    }

    @Test
    void blockLiftsTheWindow() {
        Batch batch = new Batch(2);
        batch.add(CACHE, 50);
        batch.block(20, 60);
        batch.add(CACHE, 51);
        assertEquals(20, batch.firstVisible(0, 8));
        assertEquals(0, batch.firstVisible(0, 80));
        assertEquals(60, batch.blockLast(0));
        assertEquals(44, batch.firstVisible(1, 8));
        batch.clear();
        batch.add(CACHE, 7);
        assertEquals(7, batch.blockLast(0));
    }

    @Test
    void blockContainsItsRow() {
        Batch batch = new Batch(1);
        assertThrows(IndexOutOfBoundsException.class, () -> batch.block(0, 0));
        batch.add(CACHE, 50);
        assertThrows(IllegalArgumentException.class, () -> batch.block(51, 60));
        assertThrows(IllegalArgumentException.class, () -> batch.block(20, 49));
        assertThrows(IllegalArgumentException.class, () -> batch.block(-1, 60));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.block(50, 100));
    }
}
