// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import java.lang.foreign.Arena;
import java.util.Random;

/** Runs one operation on the scalar device and on faster ones, with the same random operands. */
final class Both implements AutoCloseable {
    private final Device scalar = CpuDevice.scalar();
    private final Device vector = CpuDevice.open(CpuKernels.VECTOR, 3);
    private final Device jit = CpuDevice.open(CpuKernels.JIT, 3);

    /** An operation under test; makes its operands, returns its result. */
    interface Operation {
        Buffer on(Side side);
    }

    /** A device with a source of operands. */
    record Side(Device device, Arena arena, Random random) {

        /** Random rows that start inside a larger allocation, for odd widths at an odd place. */
        Buffer rows(int rows, int width) {
            Buffer whole = device.allocate(arena, rows + 1, width);
            float[] values = new float[(rows + 1) * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            device.write(whole, values, 0, rows + 1);
            return whole.slice(1, rows);
        }

        Buffer zeros(int rows, int width) {
            return device.allocate(arena, rows, width);
        }

        Weight weight(TensorType type, int width, int rows) {
            return device.load(RandomWeights.tensor(arena, type, width, rows, random));
        }
    }

    /** The largest difference must be at most {@code tolerance}, in absolute numbers. */
    void assertClose(String what, double tolerance, Operation operation) {
        float[] expected = run(scalar, operation);
        assertClose(what + ", vectors", tolerance, expected, run(vector, operation));
        assertClose(what + ", machine code", tolerance, expected, run(jit, operation));
    }

    /** As {@link #assertClose}, without machine code, which rounds activations. */
    void assertVectorsClose(String what, double tolerance, Operation operation) {
        assertClose(what, tolerance, run(scalar, operation), run(vector, operation));
    }

    private static void assertClose(String what, double tolerance, float[] expected, float[] actual) {
        assertTrue(expected.length == actual.length);
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs((double) expected[i] - actual[i]);
            if (!(error <= tolerance)) {
                throw new AssertionError(what + ": element " + i + " is " + actual[i] + ", not " + expected[i]
                        + " (error " + error + ", tolerance " + tolerance + ")");
            }
        }
    }

    static float[] run(Device device, Operation operation) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer result = operation.on(new Side(device, arena, new Random(11)));
            float[] values = new float[result.rows() * result.width()];
            device.read(result, values, 0, result.rows());
            return values;
        }
    }

    @Override
    public void close() {
        scalar.close();
        vector.close();
        jit.close();
    }
}
