// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Devices;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products with shapes of real models: one row (generation), 16 (a short prompt) and 577 (a picture). Consecutive calls use
 * different copies of the weight, so that it comes from memory as it does in a model and not from a cache. The first rows of the
 * result are compared with the scalar device before anything is measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatMulBenchmark {
    private static final long WORKING_SET_BYTES = 256L << 20;
    private static final int CHECKED_ROWS = 8;
    /** Room for devices that round activations to 8 bits; a wrong product is off by more than 1. */
    private static final double TOLERANCE = 0.03;

    /** Outputs x inputs: the tower's attention, Vicuna's attention and its feed-forward block. */
    @Param({"1024x1024", "4096x4096", "11008x4096"})
    public String shape;

    @Param({"1", "16", "577"})
    public int n;

    @Param({"F32", "F16", "Q8_0", "Q4_0", "Q4_K"})
    public TensorType type;

    /** Worker threads; 0 means one per processor. */
    @Param("0")
    public int threads;

    private final List<Weight> weights = new ArrayList<>();
    private Arena arena;
    private Device device;
    private Buffer in;
    private Buffer out;
    private int next;

    /** Makes weights and activations, and checks the device. */
    @Setup(Level.Trial)
    public void setUp() throws IOException {
        int split = shape.indexOf('x');
        int m = Integer.parseInt(shape, 0, split, 10);
        int k = Integer.parseInt(shape, split + 1, shape.length(), 10);
        arena = Arena.ofShared();
        device = Devices.cpu(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
        in = device.allocate(arena, n, k);
        out = device.allocate(arena, n, m);
        float[] activations = gaussians(n * k);
        device.write(in, activations, 0, n);
        Tensor tensor = tensor(k, m);
        long copies = Math.max(1, WORKING_SET_BYTES / tensor.data().byteSize());
        for (int i = 0; i < copies; i++) {
            weights.add(device.load(i == 0 ? tensor : copy(tensor)));
        }
        check(tensor, activations);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        device.close();
        arena.close();
    }

    /** out[n, m] = in[n, k] . weight[m, k]^T. */
    @Benchmark
    public Buffer matmul() {
        next = next + 1 == weights.size() ? 0 : next + 1;
        device.matmul(weights.get(next), null, in, out, n);
        return out;
    }

    private Tensor tensor(int k, int m) throws IOException {
        MemorySegment data = arena.allocate(type.bytes((long) k * m), 64);
        SegmentChannel channel = new SegmentChannel(data);
        new RandomWeights(1).write(channel, type, (float) (1 / Math.sqrt(k)), data.byteSize());
        return new Tensor("benchmark", type, List.of((long) k, (long) m), data);
    }

    private Tensor copy(Tensor tensor) {
        MemorySegment data = arena.allocate(tensor.data().byteSize(), 64).copyFrom(tensor.data());
        return new Tensor(tensor.name(), tensor.type(), tensor.shape(), data);
    }

    private void check(Tensor tensor, float[] activations) {
        int k = Math.toIntExact(tensor.width());
        int m = Math.toIntExact(tensor.rows());
        float[] actual = new float[n * m];
        device.matmul(weights.getFirst(), null, in, out, n);
        device.read(out, actual, 0, n);
        float[] expected = new float[CHECKED_ROWS];
        MemorySegment head = tensor.data().asSlice(0, CHECKED_ROWS * tensor.rowBytes());
        try (Device scalar = Devices.scalar();
                Arena scope = Arena.ofConfined()) {
            Buffer row = scalar.allocate(scope, 1, k);
            Buffer result = scalar.allocate(scope, 1, CHECKED_ROWS);
            Weight weight = scalar.load(new Tensor("head", type, List.of((long) k, (long) CHECKED_ROWS), head));
            scalar.write(row, activations, (n - 1) * k, 1);
            scalar.matmul(weight, null, row, result, 1);
            scalar.read(result, expected, 0, 1);
        }
        double error = 0;
        double norm = 0;
        for (int i = 0; i < CHECKED_ROWS; i++) {
            double difference = (double) expected[i] - actual[(n - 1) * m + i];
            error += difference * difference;
            norm += (double) expected[i] * expected[i];
        }
        double relative = Math.sqrt(error / norm);
        if (!(relative < TOLERANCE)) {
            throw new IllegalStateException(
                    device.description() + ": " + type + " differs from the scalar device by " + relative);
        }
    }

    private static float[] gaussians(int count) {
        SplittableRandom random = new SplittableRandom(2);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
