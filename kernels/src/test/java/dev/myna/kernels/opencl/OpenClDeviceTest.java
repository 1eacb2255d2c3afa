// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ParityDevices;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.devices.Devices;
import dev.myna.kernels.opencl.attention.RopeTurns;
import dev.myna.kernels.opencl.machine.Cl;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClPlatforms;
import dev.myna.kernels.opencl.machine.ShapeOverride;
import dev.myna.kernels.opencl.machine.StoredProgram;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.OpenCl;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.jocl.CL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What belongs to the device itself: memory, programs, lifetimes, failures. */
@NeedsOpenCl
class OpenClDeviceTest {

    private static OpenClDevice open(ProgramCache cache) {
        return OpenClDevice.open(OptionalInt.empty(), cache);
    }

    private static Tensor tensor(Arena arena, TensorType type, int width, int rows) {
        return RandomWeights.tensor(arena, type, width, rows, new Random(1));
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void weightsTakeTheirBytesInTheFile(TensorType type) {
        try (OpenClDevice device = open(ProgramCache.NONE);
                Arena arena = Arena.ofConfined()) {
            long before = device.memoryInUse();
            Tensor tensor = tensor(arena, type, 512, 3);
            device.load(tensor);
            assertEquals(tensor.data().byteSize(), device.memoryInUse() - before);
            assertEquals(device.measuredMemory(), device.memoryInUse());
        }
    }

    @Test
    void buffersAndCachesTakeTheirBytesUntilTheirScopeCloses() {
        try (OpenClDevice device = open(ProgramCache.NONE)) {
            long before = device.memoryInUse();
            try (Arena arena = Arena.ofConfined()) {
                device.allocate(arena, 3, 7);
                assertEquals(84, device.memoryInUse() - before);
                KvCache.Shape shape = new KvCache.Shape(3, 100, 2, 64, TensorType.F16, TensorType.Q8_0);
                device.allocateKvCache(arena, shape);
                assertEquals(84 + shape.bytes(), device.memoryInUse() - before);
                assertEquals(device.measuredMemory(), device.memoryInUse());
            }
            assertEquals(before, device.memoryInUse());
        }
    }

    @Test
    @SuppressWarnings("try") // closing twice is what is tested
    void closedScopesAndDevicesAreErrorsAndMayCloseInAnyOrder() {
        Buffer buffer;
        Arena late = Arena.ofConfined();
        try (OpenClDevice device = open(ProgramCache.NONE);
                Arena weights = Arena.ofConfined()) {
            try (Arena arena = Arena.ofConfined()) {
                buffer = device.allocate(arena, 2, 2);
            }
            assertThrows(IllegalStateException.class, () -> device.elementwise().scale(buffer, 2, 1));
            device.allocate(late, 2, 2);
            device.close();
            device.close();
            assertThrows(IllegalStateException.class, () -> device.load(tensor(weights, TensorType.F32, 4, 4)));
        }
        late.close();
    }

    @Test
    void operandsThatDoNotFitAreNamed() {
        try (OpenClDevice device = open(ProgramCache.NONE);
                Device cpu = Devices.scalar();
                Arena arena = Arena.ofConfined()) {
            Weight weight = device.load(tensor(arena, TensorType.F32, 8, 4));
            Buffer in = device.allocate(arena, 2, 8);
            Buffer out = device.allocate(arena, 2, 4);
            assertMisfit("out: width is 8, needed is 4", () -> device.matrices().matmul(new Linear(weight), in, in, 1));
            assertMisfit("in: has 2 rows, not 3", () -> device.matrices().matmul(new Linear(weight), in, out, 3));
            Buffer square = device.allocate(arena, 2, 2);
            assertMisfit("out: overlaps an input", () -> device.matrices().matmulTransposed(square, square, square, 2));
            assertMisfit(
                    "x: not a buffer of an OpenCL device", () -> device.norms().softmax(cpu.allocate(arena, 1, 1), 1));
            assertMisfit("not a row of a table of 4", () -> device.matrices().embed(weight, new int[] {4}, 0, in, 1));
            assertMisfit("exceed its length 3", () -> device.write(in, new float[3], 0, 1));
            KvCache cache =
                    device.allocateKvCache(arena, new KvCache.Shape(1, 8, 1, 8, TensorType.F32, TensorType.F32));
            Batch batch = new Batch(1);
            batch.add(cache, 3);
            assertMisfit(
                    "positions 0 to 3 are not all stored",
                    () -> device.attention()
                            .attendCausal(in, batch, 0, new Attention.Heads(1, 1, 8, 1), device.allocate(arena, 1, 8)));
        }
    }

    private static void assertMisfit(String expected, Runnable operation) {
        String message =
                assertThrows(IllegalArgumentException.class, operation::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void tooLargeAllocationIsAMemoryFaultAndTheDeviceWorksOn() {
        try (OpenClDevice device = open(ProgramCache.NONE);
                Arena arena = Arena.ofConfined()) {
            long before = device.memoryInUse();
            DeviceException problem =
                    assertThrows(DeviceException.class, () -> device.allocate(arena, 1 << 20, 1 << 20));
            assertEquals(DeviceException.Fault.MEMORY, problem.fault());
            assertTrue(problem.getMessage().contains("no room on"), problem.getMessage());
            KvCache.Shape huge = new KvCache.Shape(4096, 1 << 20, 64, 128, TensorType.F32, TensorType.F32);
            assertThrows(DeviceException.class, () -> device.allocateKvCache(arena, huge));
            Buffer x = device.allocate(arena, 1, 2);
            device.write(x, new float[] {1, 2}, 0, 1);
            device.elementwise().scale(x, 3, 1);
            float[] result = new float[2];
            device.read(x, result, 0, 1);
            assertArrayEquals(new float[] {3, 6}, result);
            assertEquals(before + 8, device.memoryInUse());
        }
    }

    @Test
    void unknownDeviceNumberIsAnAbsentFault() {
        List<OpenClInfo> devices = Devices.openClDevices();
        DeviceException problem = assertThrows(
                DeviceException.class, () -> Devices.openCl(OptionalInt.of(devices.size()), ProgramCache.NONE));
        assertEquals(DeviceException.Fault.ABSENT, problem.fault());
        assertEquals(
                "there is no device opencl:" + devices.size() + ": the last is opencl:" + (devices.size() - 1),
                problem.getMessage());
    }

    @Test
    void sourceThatDoesNotCompileIsABuildFaultWithTheReason() {
        ClMachine machine =
                ClMachine.open(ClPlatforms.choose(OptionalInt.empty()), ProgramCache.NONE, ShapeOverride.REPORTED);
        try {
            DeviceException problem = assertThrows(
                    DeviceException.class,
                    () -> machine.programs().kernel("copy", List.of("#error broken driver\n", "roofline.cl"), ""));
            assertEquals(DeviceException.Fault.BUILD, problem.fault());
            assertTrue(problem.getMessage().contains("does not build roofline.cl"), problem.getMessage());
            assertEquals(1, problem.getMessage().lines().count());
        } finally {
            machine.close();
        }
    }

    /** A lost device answers every call with an error: the call must say which, and the process live on. */
    @Test
    void refusedCommandIsATypedError() {
        ClMachine machine =
                ClMachine.open(ClPlatforms.choose(OptionalInt.empty()), ProgramCache.NONE, ShapeOverride.REPORTED);
        try {
            ClMemory memory = machine.pool().allocate(64, "a test");
            ClKernel scale = machine.basic("scale");
            scale.begin().memory(memory).number(0L).number(1f).number(16L);
            int tooWide = Math.toIntExact(machine.info().groupSize() * 2);
            DeviceException problem =
                    assertThrows(DeviceException.class, () -> machine.queue().run(scale, 1, 1, 1, tooWide, 1));
            assertEquals(DeviceException.Fault.LOST, problem.fault());
            assertTrue(
                    problem.getMessage().contains("CL_INVALID_WORK_GROUP_SIZE in kernel scale"), problem.getMessage());
            assertEquals(
                    DeviceException.Fault.MEMORY,
                    Cl.failure(CL.CL_MEM_OBJECT_ALLOCATION_FAILURE, "a test").fault());
            machine.queue().runElements(scale, 16, 1, 1);
            machine.queue().finish();
            memory.release();
        } finally {
            machine.close();
        }
    }

    @Test
    void programsAreBuiltOnceAndDamagedOnesAgain() {
        OpenCl.Programs programs = new OpenCl.Programs();
        float[] first = scaled(programs);
        int kept = programs.contents().size();
        assertTrue(kept > 0);
        assertEquals(0, programs.hits());
        assertArrayEquals(first, scaled(programs));
        assertEquals(kept, programs.hits());
        assertEquals(kept, programs.contents().size());
        programs.contents().replaceAll((_, program) -> {
            byte[] damaged = program.clone();
            damaged[damaged.length / 2] ^= 1;
            return damaged;
        });
        assertArrayEquals(first, scaled(programs));
        programs.contents().replaceAll((_, program) -> Arrays.copyOf(program, 5));
        assertArrayEquals(first, scaled(programs));
        assertTrue(programs.contents().values().stream()
                .allMatch(program -> StoredProgram.open(program).isPresent()));
    }

    private static float[] scaled(ProgramCache cache) {
        try (OpenClDevice device = open(cache)) {
            return ParityDevices.run(device, side -> {
                Buffer x = side.rows(3, 5);
                side.device().elementwise().scale(x, 2, 3);
                return x;
            });
        }
    }

    @Test
    void threadsMayShareADevice() throws InterruptedException {
        try (OpenClDevice device = open(ProgramCache.NONE)) {
            float[][] results = new float[8][];
            Thread[] threads = new Thread[results.length];
            for (int i = 0; i < threads.length; i++) {
                int mine = i;
                threads[i] = new Thread(() -> results[mine] = ParityDevices.run(device, side -> {
                    Buffer x = side.rows(3, 64);
                    for (int step = 0; step < 50; step++) {
                        side.device().norms().rmsNorm(new Norm(side.weight(TensorType.F32, 64, 1), 1e-5f), x, x, 3);
                        side.device().elementwise().scale(x, 8, 3);
                    }
                    return x;
                }));
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (float[] result : results) {
                assertArrayEquals(results[0], result);
            }
        }
    }

    @Test
    void measuresTheRoofline() {
        var roofline = ClRoofline.measure(OptionalInt.empty());
        assertTrue(roofline.read() > 1e8 && roofline.fma() > 1e8, roofline.toString());
    }

    @Test
    void turnsAreExactFractions() {
        assertEquals(Long.MIN_VALUE, RopeTurns.turns(Math.PI));
        assertEquals(1L << 62, RopeTurns.turns(Math.PI / 2));
        assertTrue(Math.abs((1L << 62) - RopeTurns.turns(Math.PI / 2 + 6 * Math.PI)) < 1L << 16);
        assertEquals(0, RopeTurns.turns(0));
    }
}
