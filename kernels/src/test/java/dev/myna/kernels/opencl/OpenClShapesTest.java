// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.ParityDevices;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.kernels.opencl.machine.ShapeOverride;
import dev.myna.kernels.opencl.machine.ShapeOverride.SubGroups;
import dev.myna.testing.NeedsOpenCl;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Work-groups of every shape compute the same, whatever the device at hand would be given. How weights are read does not depend on
 * the shape: {@link OpenClParityTest} tries all types, this test one with scales and minimums, and what a shape leaves as it is only
 * once.
 */
@NeedsOpenCl
class OpenClShapesTest {

    /** The shapes of wide and narrow GPUs, of a CPU, and of devices with small groups; sub-groups where the driver has them. */
    static Stream<ShapeOverride> shapes() {
        Stream<ShapeOverride> plain =
                Stream.of(1, 8, 16, 32, 64).map(width -> new ShapeOverride(width, SubGroups.NONE, 0));
        Stream<ShapeOverride> small =
                Stream.of(new ShapeOverride(8, SubGroups.NONE, 16), new ShapeOverride(32, SubGroups.NONE, 32));
        boolean subGroups = !Devices.openClDevices().isEmpty()
                && Devices.openClDevices().getFirst().subGroups();
        Stream<ShapeOverride> grouped = !subGroups
                ? Stream.empty()
                : Stream.of(
                        new ShapeOverride(8, SubGroups.ASKED, 0),
                        new ShapeOverride(16, SubGroups.ASKED, 0),
                        new ShapeOverride(32, SubGroups.ASKED, 0),
                        new ShapeOverride(64, SubGroups.ASKED, 0),
                        new ShapeOverride(32, SubGroups.ANY, 0));
        return Stream.of(plain, small, grouped).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyShapeComputesTheSame(ShapeOverride shape) {
        try (OpenClDevice device = OpenClDevice.open(OptionalInt.empty(), ProgramCache.NONE, shape);
                Device scalar = Devices.scalar()) {
            for (int n : new int[] {1, 3}) {
                compare(scalar, device, 1e-3, side -> products(side, n));
            }
            if (shape.groupSize() > 0) {
                compare(scalar, device, 1e-3, side -> products(side, 20));
                compare(scalar, device, 1e-5, OpenClShapesTest::attention);
            }
            if (shape.groupSize() > 0 || shape.subGroups() != SubGroups.NONE) {
                compare(scalar, device, 1e-5, OpenClShapesTest::rows);
            }
        }
    }

    private static Buffer products(ParityDevices.Side side, int n) {
        Buffer x = side.rows(n, 67);
        side.device()
                .matrices()
                .matmulAdd(
                        new Linear(side.weight(TensorType.Q4_K, 1280, 67), side.weight(TensorType.F32, 67, 1)),
                        side.rows(n, 1280),
                        x,
                        n);
        return x;
    }

    private static Buffer rows(ParityDevices.Side side) {
        Buffer x = side.rows(3, 333);
        side.device().norms().rmsNorm(new Norm(side.weight(TensorType.F32, 333, 1), 1e-5f), x, x, 3);
        side.device().norms().softmax(x, 3);
        return x;
    }

    private static Buffer attention(ParityDevices.Side side) {
        Device device = side.device();
        KvCache cache =
                device.allocateKvCache(side.arena(), new KvCache.Shape(1, 80, 2, 96, TensorType.F16, TensorType.F16));
        Batch batch = new Batch(70);
        for (int i = 0; i < 70; i++) {
            batch.add(cache, i);
        }
        device.attention().storeKv(side.rows(70, 192), side.rows(70, 192), batch, 0);
        Buffer out = side.zeros(70, 384);
        device.attention().attendCausal(side.rows(70, 384), batch, 0, new Attention.Heads(4, 2, 96, 0.1f), out);
        return out;
    }

    private static void compare(Device scalar, Device device, double tolerance, ParityDevices.Operation operation) {
        float[] expected = ParityDevices.run(scalar, operation);
        float[] actual = ParityDevices.run(device, operation);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * Math.max(1, Math.abs(expected[i])), "element " + i);
        }
    }
}
