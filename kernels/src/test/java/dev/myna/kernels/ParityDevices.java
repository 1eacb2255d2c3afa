// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;

/** Runs one operation on the scalar device and on faster ones, with the same random operands. */
public final class ParityDevices implements AutoCloseable {
    private final Device scalar = Devices.scalar();
    private final List<Device> exact;
    private final List<Device> rounding;

    /**
     * @param exact devices that compute with activations as they are
     * @param rounding devices that may round activations to 8 bits where weights are quantized
     */
    public ParityDevices(List<Device> exact, List<Device> rounding) {
        this.exact = List.copyOf(exact);
        this.rounding = List.copyOf(rounding);
    }

    /** An operation under test; makes its operands, returns its result. */
    public interface Operation {
        Buffer on(Side side);
    }

    /** A device with a source of operands. */
    public record Side(Device device, Arena arena, Random random) {

        /** Random rows that start inside a larger allocation, for odd widths at an odd place. */
        public Buffer rows(int rows, int width) {
            Buffer whole = device.allocate(arena, rows + 1, width);
            float[] values = new float[(rows + 1) * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            device.write(whole, values, 0, rows + 1);
            return whole.slice(1, rows);
        }

        public Buffer zeros(int rows, int width) {
            return device.allocate(arena, rows, width);
        }

        public Weight weight(TensorType type, int width, int rows) {
            return device.load(RandomWeights.tensor(arena, type, width, rows, random));
        }
    }

    /** The largest difference must be at most {@code tolerance}, in absolute numbers. */
    void assertClose(String what, double tolerance, Operation operation) {
        assertClose(what, tolerance, operation, List.of(exact, rounding));
    }

    /** As {@link #assertClose}, without devices that round activations. */
    void assertExactClose(String what, double tolerance, Operation operation) {
        assertClose(what, tolerance, operation, List.of(exact));
    }

    private void assertClose(String what, double tolerance, Operation operation, List<List<Device>> devices) {
        float[] expected = run(scalar, operation);
        for (List<Device> kind : devices) {
            for (Device device : kind) {
                assertClose(what + ", " + device.description(), tolerance, expected, run(device, operation));
            }
        }
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

    public static float[] run(Device device, Operation operation) {
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
        exact.forEach(Device::close);
        rounding.forEach(Device::close);
    }
}
