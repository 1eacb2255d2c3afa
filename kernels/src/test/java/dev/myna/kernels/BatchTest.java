// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Rows of a batch with a position in the cache and others for rotary embedding. */
class BatchTest {
    private static final KvCache CACHE = () -> new KvCache.Shape(1, 10, 1, 2, TensorType.F32, TensorType.F32);

    @Test
    void textTurnsByItsPositionInTheCache() {
        Batch batch = new Batch(2);
        batch.add(CACHE, 7);
        for (int axis = 0; axis < Batch.AXES; axis++) {
            assertEquals(7, batch.ropePosition(0, axis));
        }
        assertTrue(batch.sameOnAllAxes(0));
    }

    @Test
    void rowsOfImagesHaveAPositionPerAxis() {
        Batch batch = new Batch(2);
        batch.add(CACHE, 9, 4, 5, 6);
        batch.add(1, 0, 2);
        assertEquals(9, batch.position(0));
        assertEquals(4, batch.ropePosition(0, 0));
        assertEquals(5, batch.ropePosition(0, 1));
        assertEquals(6, batch.ropePosition(0, 2));
        assertFalse(batch.sameOnAllAxes(0));
        assertNull(batch.cache(1));
        batch.clear();
        batch.add(CACHE, 1);
        assertTrue(batch.sameOnAllAxes(0));
    }

    @Test
    void rowsOutsideAreRefused() {
        Batch batch = new Batch(1);
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(CACHE, 10, 0, 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(CACHE, 0, 0, -1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(0, 0, Integer.MIN_VALUE));
        batch.add(0, 0, 0);
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(0, 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.ropePosition(0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.ropePosition(1, 0));
    }
}
