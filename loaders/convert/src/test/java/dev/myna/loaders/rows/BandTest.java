// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors are divided into bands of bounded size. */
class BandTest {
    private static final long MAX_ELEMENTS = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0",
        "256, 4096, 0",
        "256, 4097, 0",
        "4096, 11008, 0",
        "4096, 4096, 128",
        "5120, 5120, 128",
        "1048576, 3, 0",
        "1048577, 3, 0",
        "3000000, 5, 0",
        "16777216, 2, 64",
        "100, 3000000, 0"
    })
    void everyRowIsInOneBandOfBoundedSize(int width, long rows, int headDim) {
        List<Band> bands = Band.of(task(width, List.of((long) width, rows), headDim));
        long next = 0;
        for (Band band : bands) {
            assertEquals(next, band.firstRow());
            assertEquals(0, headDim == 0 ? 0 : band.firstRow() % headDim, "a head is cut");
            long minRows = Math.max(1, headDim);
            assertTrue(band.elements() <= MAX_ELEMENTS || band.rows() == Math.min(minRows, rows), band.toString());
            next += band.rows();
        }
        assertEquals(rows, next);
    }

    @Test
    void allDimensionsButTheFirstAreRows() {
        List<Band> bands = Band.of(task(64, List.of(64L, 5L, 7L, 3L), 0));
        assertEquals(List.of(105), bands.stream().map(Band::rows).toList());
        assertEquals(105 * 64 * 4, bands.getFirst().storedBytes());
        assertEquals(105 * 2 * 18, bands.getFirst().bytes());
    }

    private static TensorTask task(int width, List<Long> shape, int headDim) {
        TensorType type = width % 32 == 0 ? TensorType.Q4_0 : TensorType.F16;
        return new TensorTask("a", type, shape, new Nothing(), headDim, null);
    }

    private record Nothing() implements RowSource {
        @Override
        public TensorType type() {
            return TensorType.F32;
        }

        @Override
        public void read(long first, MemorySegment target) {
            throw new AssertionError("nothing is read to cut it");
        }

        @Override
        public String describe() {
            return "nothing";
        }
    }
}
