// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.ParityDevices;
import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.jr.ob.JSON;

/** What holds for the CPU device beyond the arithmetic of single kernels. */
class CpuDeviceTest {

    @NeedsGolden
    @ParameterizedTest
    @EnumSource(value = TensorType.class, names = "F32", mode = EnumSource.Mode.EXCLUDE)
    void dotProductsEqualGoldenOnes(TensorType type) throws Exception {
        byte[] blocks = Golden.bytes("llamacpp/blocks/" + type + ".bin");
        float[] activations = Golden.floats("llamacpp/blocks/act.f32");
        float[] weights = Golden.floats("llamacpp/blocks/" + type + ".f32");
        List<?> expected = exactDots(type);
        try (Device scalar = Devices.scalar();
                Device vector = Devices.cpu(2, CpuKernels.VECTOR);
                Device jit = Devices.cpu(2);
                Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(blocks.length);
            MemorySegment.copy(blocks, 0, data, ValueLayout.JAVA_BYTE, 0, blocks.length);
            Tensor tensor = new Tensor("golden", type, List.of(512L, 8L), data);
            for (Device device : List.of(scalar, vector, jit)) {
                Buffer in = device.allocate(arena, 1, 512);
                Buffer out = device.allocate(arena, 1, 8);
                device.write(in, activations, 0, 1);
                device.matrices().matmul(new Linear(device.load(tensor)), in, out, 1);
                float[] actual = new float[8];
                device.read(out, actual, 0, 1);
                for (int row = 0; row < 8; row++) {
                    double bound = 0;
                    for (int i = 0; i < 512; i++) {
                        double weight = Math.abs(weights[row * 512 + i]);
                        bound += 1e-6 * weight * Math.abs(activations[i]);
                        if (device == jit && type.blockSize() > 1) {
                            bound += weight * halfStep(activations, i);
                        }
                    }
                    double exact = ((Number) expected.get(row)).doubleValue();
                    assertEquals(exact, actual[row], bound, device.description() + ", row " + row);
                }
            }
        }
    }

    /** The most that rounding to 8 bits changes an activation: its block's largest becomes 127. */
    private static double halfStep(float[] activations, int i) {
        double largest = 0;
        for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
            largest = Math.max(largest, Math.abs(activations[j]));
        }
        return largest / 127 / 2;
    }

    private static List<?> exactDots(TensorType type) throws Exception {
        for (Object entry : JSON.std.listFrom(new String(Golden.bytes("llamacpp/blocks/blocks.json")))) {
            if (entry instanceof Map<?, ?> map && type.name().equals(map.get("type"))) {
                return (List<?>) map.get("vec_dot_exact");
            }
        }
        throw new AssertionError("blocks.json has no " + type);
    }

    /** Bit for bit: bands, tiles and small-work shortcuts must not show in the results. */
    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        float[] expected = null;
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (Device device = Devices.cpu(threads)) {
                float[] actual = ParityDevices.run(device, CpuDeviceTest::smallLayer);
                expected = expected == null ? actual : expected;
                assertArrayEquals(expected, actual, threads + " threads");
            }
        }
    }

    /** A row alone equals the same row among a few, and a row among many the same row among other many. */
    @Test
    void matmulResultsDoNotDependOnTheOtherRows() {
        for (CpuKernels kernels : CpuKernels.values()) {
            for (TensorType type : List.of(TensorType.Q4_K, TensorType.Q6_K, TensorType.F16)) {
                try (Device device = Devices.cpu(1, kernels);
                        Arena arena = Arena.ofConfined()) {
                    ParityDevices.Side side = new ParityDevices.Side(device, arena, new Random(5));
                    Weight weight = side.weight(type, 1280, 37);
                    Buffer in = side.rows(70, 1280);
                    float[] alone = products(device, arena, weight, in, 4, 1);
                    assertArrayEquals(alone, products(device, arena, weight, in, 4, 2));
                    assertArrayEquals(alone, products(device, arena, weight, in, 4, 4));
                    float[] many = products(device, arena, weight, in, 70, 70);
                    assertArrayEquals(many, products(device, arena, weight, in, 70, 14));
                    assertArrayEquals(many, products(device, arena, weight, in, 70, 35));
                }
            }
        }
    }

    private static float[] products(Device device, Arena arena, Weight weight, Buffer in, int n, int atOnce) {
        Buffer out = device.allocate(arena, n, 37);
        for (int row = 0; row < n; row += atOnce) {
            device.matrices().matmul(new Linear(weight), in.slice(row, atOnce), out.slice(row, atOnce), atOnce);
        }
        float[] products = new float[n * 37];
        device.read(out, products, 0, n);
        return products;
    }

    private static Buffer smallLayer(ParityDevices.Side side) {
        Device device = side.device();
        int n = 67;
        int width = 256;
        KvCache cache =
                device.allocateKvCache(side.arena(), new KvCache.Shape(1, 300, 2, 64, TensorType.F16, TensorType.F16));
        Batch batch = new Batch(n);
        for (int i = 0; i < n; i++) {
            batch.add(cache, i);
        }
        Attention.Heads heads = new Attention.Heads(4, 2, 64, 0.125f);
        Buffer x = side.rows(n, width);
        Buffer q = side.zeros(n, width);
        Buffer k = side.zeros(n, 128);
        Buffer v = side.zeros(n, 128);
        device.norms()
                .layerNorm(
                        new Norm(side.weight(TensorType.F32, width, 1), side.weight(TensorType.F32, width, 1), 1e-5f),
                        x,
                        x,
                        n);
        device.matrices().matmul(new Linear(side.weight(TensorType.Q8_0, width, width)), x, q, n);
        device.matrices().matmul(new Linear(side.weight(TensorType.Q4_0, width, 128)), x, k, n);
        device.matrices().matmul(new Linear(side.weight(TensorType.Q6_K, width, 128)), x, v, n);
        device.attention().rope(q, batch, new Rope(64, 10000, RopePairing.SPLIT_HALF));
        device.attention().rope(k, batch, new Rope(64, 10000, RopePairing.ADJACENT));
        device.attention().storeKv(k, v, batch, 0);
        Buffer attended = side.zeros(n, width);
        device.attention().attendCausal(q, batch, 0, heads, attended);
        device.elementwise().add(x, attended, n);
        device.attention().attendFull(x, k, v, n, heads, attended, n);
        device.elementwise().siluMul(attended, x, n);
        device.elementwise().activate(Activation.GELU_ERF, attended, n);
        Buffer mean = side.zeros(1, width);
        device.grids().meanRows(attended, mean, n);
        device.elementwise().mulRow(attended, mean, n);
        device.norms().softmax(attended, n);
        return attended;
    }

    @Test
    void weightsThatAreNotNumbersDoNotCrash() {
        try (Device device = Devices.cpu(2);
                Arena arena = Arena.ofConfined()) {
            for (TensorType type : TensorType.values()) {
                MemorySegment data = arena.allocate(type.bytes(256 * 16)).fill((byte) 0xff);
                Weight weight = device.load(new Tensor("nan", type, List.of(256L, 16L), data));
                Buffer in = device.allocate(arena, 3, 256);
                Buffer out = device.allocate(arena, 3, 16);
                device.matrices().matmul(new Linear(weight), in, out, 3);
                device.norms().softmax(out, 3);
                device.elementwise().activate(Activation.GELU_ERF, out, 3);
            }
        }
    }

    @Test
    void operandsThatDoNotFitAreNamed() {
        try (Device device = Devices.cpu(2);
                Arena arena = Arena.ofConfined()) {
            ParityDevices.Side side = new ParityDevices.Side(device, arena, new Random(3));
            Weight matrix = side.weight(TensorType.F32, 8, 6);
            Weight vector = side.weight(TensorType.F32, 8, 1);
            Buffer x = side.zeros(4, 8);
            Buffer y = side.zeros(4, 6);
            Attention.Heads heads = new Attention.Heads(2, 1, 4, 1);
            KvCache cache =
                    device.allocateKvCache(arena, new KvCache.Shape(1, 10, 1, 4, TensorType.F32, TensorType.F32));
            Batch batch = new Batch(4);
            batch.add(cache, 3);
            assertRefused("in", () -> device.matrices().matmul(new Linear(matrix), y, x, 1));
            assertRefused("out", () -> device.matrices().matmul(new Linear(matrix), x, x, 1));
            assertRefused("bias", () -> device.matrices().matmul(new Linear(matrix, vector), x, y, 1));
            assertRefused("in", () -> device.matrices().matmul(new Linear(matrix), x, y, 5));
            assertRefused("in", () -> device.matrices().matmul(new Linear(matrix), x, y, -1));
            assertRefused("gain", () -> device.norms().rmsNorm(new Norm(vector, 1e-5f), y, y, 1));
            assertRefused("gain", () -> device.norms().rmsNorm(new Norm(matrix, 1e-5f), x, x, 1));
            assertRefused("bias", () -> device.norms().layerNorm(new Norm(vector, matrix, 1e-5f), x, x, 1));
            assertRefused("ids", () -> device.matrices().embed(matrix, new int[] {6}, 0, x, 1));
            assertRefused("ids", () -> device.matrices().embed(matrix, new int[] {-1}, 0, x, 1));
            assertRefused("ids", () -> device.matrices().embed(matrix, new int[] {1}, 1, x, 1));
            assertRefused("source", () -> device.write(x, new float[8], 0, 2));
            assertRefused("target", () -> device.read(x, new float[8], 1, 1));
            assertRefused("y", () -> device.elementwise().add(x, y, 1));
            assertRefused("row", () -> device.elementwise().mulRow(x, y, 1));
            assertRefused("rows", () -> device.elementwise().addRows(y, matrix, 1));
            assertRefused("stored", () -> device.attention().attendCausal(x, batch, 0, heads, side.zeros(4, 8)));
            assertRefused("window", () -> device.attention().attendCausal(x, batch, 0, heads, 0, side.zeros(4, 8)));
            assertRefused("layer", () -> device.attention().attendCausal(x, batch, 1, heads, side.zeros(4, 8)));
            assertRefused("width", () -> device.attention().storeKv(x, x, batch, 0));
            assertRefused(
                    "overlaps", () -> device.attention().attendFull(x, x, x, 2, new Attention.Heads(2, 2, 4, 1), x, 4));
            assertRefused(
                    "groups", () -> device.attention().attendFull(x, x, x, 3, new Attention.Heads(2, 2, 4, 1), y, 4));
            assertRefused("heads", () -> device.attention().rope(x, batch, new Rope(6, 10000, RopePairing.ADJACENT)));
            assertRefused("weight", () -> device.grids().depthwiseConv3x3(x, 2, 2, new Linear(matrix), 1, x));
            assertRefused("odd", () -> device.grids().averagePool2x2(x, 1, 4, x));
            assertRefused("rows", () -> device.allocate(arena, 0, 4));
        }
    }

    private static void assertRefused(String name, Runnable operation) {
        String message =
                assertThrows(IllegalArgumentException.class, operation::run).getMessage();
        assertTrue(message.contains(name), message);
    }

    @Test
    void closedScopesAreRefused() {
        try (Device device = Devices.cpu(2);
                Arena open = Arena.ofConfined()) {
            Buffer x;
            Weight weight;
            KvCache cache;
            try (Arena closed = Arena.ofConfined()) {
                x = device.allocate(closed, 4, 8);
                weight = device.load(RandomWeights.tensor(closed, TensorType.F16, 8, 8, new Random(1)));
                cache = device.allocateKvCache(closed, new KvCache.Shape(1, 10, 1, 8, TensorType.F32, TensorType.F32));
            }
            Buffer y = device.allocate(open, 4, 8);
            Buffer z = device.allocate(open, 4, 8);
            Batch batch = new Batch(1);
            batch.add(cache, 0);
            List<Consumer<Device>> uses = List.of(
                    d -> d.read(x, new float[32], 0, 4),
                    d -> d.write(x, new float[32], 0, 4),
                    d -> d.copy(x, y, 4),
                    d -> d.elementwise().add(y, x, 4),
                    d -> d.norms().softmax(x, 4),
                    d -> d.matrices().matmul(new Linear(weight), y, z, 4),
                    d -> d.matrices().embed(weight, new int[] {1}, 0, y, 1),
                    d -> d.norms().rmsNorm(new Norm(d.load(weight.tensor()), 1e-5f), y, z, 1),
                    d -> d.attention().storeKv(y, y, batch, 0),
                    d -> d.attention().attendCausal(y, batch, 0, new Attention.Heads(1, 1, 8, 1), z));
            for (Consumer<Device> use : uses) {
                assertThrows(RuntimeException.class, () -> use.accept(device));
            }
            assertThrows(IllegalStateException.class, () -> device.matrices().matmul(new Linear(weight), y, z, 4));
            assertThrows(IllegalStateException.class, () -> device.norms().softmax(x, 4));
        }
    }

    /** A cache for a long context takes no memory before it is used. */
    @Test
    void cacheMemoryFollowsUse() {
        try (Device device = Devices.cpu(1);
                Arena arena = Arena.ofConfined()) {
            KvCache.Shape shape = new KvCache.Shape(32, 1 << 17, 32, 128, TensorType.F16, TensorType.F16);
            assertTrue(shape.bytes() > 1L << 35);
            KvCache cache = device.allocateKvCache(arena, shape);
            Batch batch = new Batch(1);
            batch.add(cache, (1 << 17) - 1);
            Buffer rows = device.allocate(arena, 1, 4096);
            device.attention().storeKv(rows, rows, batch, 31);
        }
    }

    /** The printed figure is what a full cache takes, whatever the capacity and formats. */
    @Test
    void cacheMemoryIsTheShapesFigure() {
        try (Device device = Devices.cpu(1);
                Arena arena = Arena.ofConfined()) {
            for (int capacity : new int[] {1, 16, 17, 128, 300}) {
                for (TensorType keys : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
                    KvCache.Shape shape = new KvCache.Shape(2, capacity, 3, 64, keys, TensorType.F16);
                    CpuKvCache cache = (CpuKvCache) device.allocateKvCache(arena, shape);
                    assertEquals(0, cache.allocatedBytes());
                    for (int layer = 0; layer < 2; layer++) {
                        for (int position = 0; position < capacity; position++) {
                            cache.reserve(layer, position);
                        }
                    }
                    assertEquals(shape.bytes(), cache.allocatedBytes(), shape.toString());
                }
            }
        }
    }

    /** Generation deep in a context, cut into spans: bit for bit the same on any number of threads. */
    @Test
    void longContextsDoNotDependOnTheNumberOfThreads() {
        for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
            float[] expected = null;
            for (int threads : new int[] {1, 2, 5}) {
                try (Device device = Devices.cpu(threads)) {
                    float[] actual = ParityDevices.run(device, side -> lastRow(side, type, 0));
                    expected = expected == null ? actual : expected;
                    assertArrayEquals(expected, actual, type + ", " + threads + " threads");
                }
            }
        }
    }

    @Test
    void cachedNumbersThatAreNotFiniteReachTheResult() {
        for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
            try (Device device = Devices.cpu(2)) {
                for (float damage : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                    boolean finite = true;
                    for (float value : ParityDevices.run(device, side -> lastRow(side, type, damage))) {
                        finite &= Float.isFinite(value);
                    }
                    assertTrue(!finite, type + ": " + damage + " was lost");
                }
            }
        }
    }

    /** Attention of the last of 700 positions; {@code damage} replaces an element of one value unless it is 0. */
    private static Buffer lastRow(ParityDevices.Side side, TensorType type, float damage) {
        Device device = side.device();
        int n = 700;
        KvCache cache = device.allocateKvCache(side.arena(), new KvCache.Shape(1, n, 2, 64, type, type));
        Batch batch = new Batch(n);
        for (int i = 0; i < n; i++) {
            batch.add(cache, i);
        }
        Buffer values = side.rows(n, 128);
        if (damage != 0) {
            float[] row = new float[128];
            row[5] = damage;
            device.write(values.slice(333, 1), row, 0, 1);
        }
        device.attention().storeKv(side.rows(n, 128), values, batch, 0);
        batch.clear();
        batch.add(cache, n - 1);
        Buffer out = side.zeros(1, 128);
        device.attention().attendCausal(side.rows(1, 128), batch, 0, new Attention.Heads(2, 2, 64, 0.125f), out);
        return out;
    }

    @Test
    void scalarPathRunsWithoutTheVectorModule() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ScalarOnly.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("scalar: module jdk.incubator.vector is absent"), output);
    }

    /** Runs in a JVM without vectors: every type, and a whole layer, on several threads. */
    static final class ScalarOnly {
        private ScalarOnly() {}

        public static void main(String[] arguments) {
            System.out.println(Devices.describeCpu());
            try (Device device = Devices.cpu(2)) {
                for (TensorType type : TensorType.values()) {
                    ParityDevices.run(device, side -> {
                        Buffer out = side.zeros(2, 4);
                        device.matrices().matmul(new Linear(side.weight(type, 256, 4)), side.rows(2, 256), out, 2);
                        device.matrices().embed(side.weight(type, 256, 4), new int[] {1}, 0, side.zeros(1, 256), 1);
                        return out;
                    });
                }
                ParityDevices.run(device, CpuDeviceTest::smallLayer);
                for (Activation activation : Activation.values()) {
                    ParityDevices.run(device, side -> {
                        Buffer x = side.rows(2, 5);
                        device.elementwise().activate(activation, x, 2);
                        return x;
                    });
                }
            }
        }
    }
}
