// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.roofline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Roofline;
import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The loops do all the work they claim to do. */
class RooflineLoopsTest {
    private static final List<RooflineLoops> LOOPS = List.of(new VectorLoops(), new ScalarLoops());

    @Test
    void everyIntIsSummed() {
        int count = 1 << 14;
        Random random = new Random(1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(count * 4L, 64);
            int expected = 0;
            for (int i = 0; i < count; i++) {
                int value = random.nextInt();
                expected += value;
                memory.setAtIndex(ValueLayout.JAVA_INT, i, value);
            }
            for (RooflineLoops loops : LOOPS) {
                assertEquals(expected, loops.sum(memory.address(), memory.byteSize()));
            }
        }
    }

    @Test
    void everyStepHalvesTheDistanceToTheLimit() {
        for (RooflineLoops loops : LOOPS) {
            assertEquals(0, loops.multiplyAdd(0));
            assertEquals(0.5f, loops.multiplyAdd(1));
            assertEquals(0.875f, loops.multiplyAdd(3));
            assertEquals(1, loops.multiplyAdd(64));
        }
    }

    @Test
    void bothRoofsAreMeasured() {
        Roofline roofline = Devices.roofline(2);
        assertEquals("2 threads", roofline.of());
        assertTrue(roofline.read() > 1e6 && roofline.fma() > 1e6, roofline.toString());
        assertThrows(IllegalArgumentException.class, () -> Devices.roofline(0));
    }
}
