// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightPoolTest {
    private static final int WIDTH = 4096;
    private static final int ROWS = 64;
    private static final float DEVIATION = 1 / 64f;

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void elementsHaveMeanZeroAndGivenDeviation(TensorType type) throws IOException {
        float[] values = new float[WIDTH * ROWS];
        try (Arena arena = Arena.ofConfined();
                Device device = Devices.scalar()) {
            MemorySegment data = arena.allocate(type.bytes(values.length), 64);
            new WeightPool(3).write(new SegmentChannel(data), type, DEVIATION, data.byteSize());
            Buffer out = device.allocate(arena, ROWS, WIDTH);
            Tensor tensor = new Tensor("w", type, List.of((long) WIDTH, (long) ROWS), data);
            device.matrices()
                    .embed(device.load(tensor), IntStream.range(0, ROWS).toArray(), 0, out, ROWS);
            device.read(out, values, 0, ROWS);
        }
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        assertEquals(DEVIATION, Math.sqrt(squares / values.length), 0.05 * DEVIATION, "root mean square");
        assertEquals(0, sum / values.length, 0.08 * DEVIATION, "mean");
    }
}
