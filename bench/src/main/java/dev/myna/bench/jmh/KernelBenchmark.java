// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.engine.Placement;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.Roofline;
import dev.myna.kernels.devices.Devices;
import java.util.concurrent.TimeUnit;
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
 * Base of the kernel benchmarks: an operation on the fastest device, with operands of a real model's shape. Its result is compared
 * with the scalar device's before anything is measured. Its cost is compared with the roofline measured in the same JVM.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class KernelBenchmark {
    /** Bytes of copies of operands that a model reads from memory: more than a cache holds. */
    static final long WORKING_SET_BYTES = 256L << 20;

    /** Worker threads; 0 means one per processor. */
    @Param("0")
    public int threads;

    /** The implementation, or the fastest below it that runs here. */
    @Param("JIT")
    public CpuKernels kernels = CpuKernels.JIT;

    /** Where to compute: {@code cpu}, {@code opencl} or {@code opencl:N}. */
    @Param("cpu")
    public String device = "cpu";

    /** Calls queued on an asynchronous device before the benchmark waits for it. */
    private static final int QUEUED = 32;

    private int queued;
    private RandomOperands operands;
    private Roofline roofline;
    private Kernel kernel;
    private Rates.Cost cost;

    /** An operation with its operands on one device. */
    interface Kernel {
        /** Does it once. */
        void run();

        /** Restores operands that are changed in place. */
        default void reset() {}

        /** The rows that hold the result. */
        Buffer answer();
    }

    /** How much work a kernel is made with. */
    enum Size {
        /** The measured shape. */
        FULL,
        /** A part that the scalar device computes in seconds, by the same code path. */
        SAMPLE
    }

    /** Makes the operation with random operands, the same on every operands. */
    abstract Kernel kernel(RandomOperands operands, Size size);

    /** What the measured operation costs. */
    abstract Rates.Cost cost();

    /** Largest root mean square error of the answer, relative to its root mean square. */
    abstract double tolerance();

    /** Checks the device, then makes what is measured. */
    @Setup(Level.Trial)
    public void setUp() {
        int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        check(count);
        Placement choice = Placement.parse(device);
        roofline = choice.onOpenCl() ? Devices.openClRoofline(choice.openClDevice()) : Devices.roofline(count);
        operands = new RandomOperands(open(count));
        kernel = kernel(operands, Size.FULL);
        cost = cost();
    }

    private Device open(int count) {
        Placement choice = Placement.parse(device);
        return choice.onOpenCl()
                ? Devices.openCl(choice.openClDevice(), ProgramCache.NONE)
                : Devices.cpu(count, kernels);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        operands.close();
    }

    /** The measured call. */
    final Buffer step(Rates rates) {
        kernel.run();
        if (++queued % QUEUED == 0) {
            operands.device().synchronize();
        }
        rates.add(cost, roofline);
        return kernel.answer();
    }

    /** For operations in place. */
    final void reset() {
        kernel.reset();
    }

    /**
     * Compares the fastest device's answer with the scalar device's.
     *
     * @throws IllegalStateException if they differ by more than the tolerance
     */
    final void check(int count) {
        float[] expected;
        float[] actual;
        String description;
        try (RandomOperands scalar = new RandomOperands(Devices.scalar())) {
            expected = answer(scalar);
        }
        try (RandomOperands fastest = new RandomOperands(open(count))) {
            actual = answer(fastest);
            description = fastest.device().description();
        }
        double error = relativeError(expected, actual);
        if (!(error <= tolerance())) {
            throw new IllegalStateException(getClass().getSimpleName() + ": " + description
                    + " differs from the scalar device by " + error + ", more than " + tolerance());
        }
    }

    private float[] answer(RandomOperands where) {
        Kernel sample = kernel(where, Size.SAMPLE);
        sample.reset();
        sample.run();
        Buffer rows = sample.answer();
        float[] values = new float[Math.multiplyExact(rows.rows(), rows.width())];
        where.device().read(rows, values, 0, rows.rows());
        return values;
    }

    private static double relativeError(float[] expected, float[] actual) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) expected[i] - actual[i];
            error += difference * difference;
            norm += (double) expected[i] * expected[i];
        }
        return Math.sqrt(error / norm);
    }
}
