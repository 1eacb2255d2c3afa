// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.testing.Machine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Matmuls by machine code equal the same arithmetic in float64, for every instruction set, type and size. No kernel reads or writes
 * outside its operands, which lie directly against pages without access.
 */
class KernelMatMulTest {
    private static final double EPS = 0x1p-24;
    private static final int[] ROWS = {1, 7, 49};
    private static final int[] COLUMNS = {1, 2, 3, 4, 6, 9, 17, 33};

    static Stream<Arguments> kernels() throws RefusedException {
        List<Arguments> all = new ArrayList<>();
        for (Isa isa : sets()) {
            for (TensorType type : TensorType.values()) {
                all.add(Arguments.of(isa, type));
            }
        }
        return all.isEmpty() ? Stream.of(Arguments.of(null, null)) : all.stream();
    }

    static List<Isa> sets() {
        try {
            return Kernels.sets();
        } catch (RefusedException e) {
            return List.of();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void equalsFloat64ArithmeticAndStaysWithinItsOperands(Isa isa, TensorType type) throws RefusedException {
        Machine.assume(isa != null, "no machine code runs here");
        Kernels kernels = Kernels.of(isa);
        int block = type.blockSize();
        int[] widths = block == 1 ? new int[] {1, 31, 128, 300} : new int[] {1, 2, 7, 8, 17};
        Random random = new Random(3);
        int turn = 0;
        for (int width : widths) {
            for (int m : ROWS) {
                for (int n : COLUMNS) {
                    GuardedMemory.Side side = GuardedMemory.Side.values()[turn++ % 2];
                    new Case(type, m, width * block, n, turn % 3 == 0, side, random).check(kernels);
                }
            }
        }
    }

    private record Case(TensorType type, int m, int k, int n, boolean biased, GuardedMemory.Side side, Random random) {

        void check(Kernels kernels) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment stored =
                        RandomWeights.tensor(arena, type, k, m, random).data();
                float[] weights = floats(arena, stored, m * k);
                float[] in = normal(n * k);
                float[] bias = normal(m);
                float[] actual = run(arena, kernels, stored, in, bias);
                float[] rounded = type.blockSize() == 1 ? in : rounded(in);
                for (int row = 0; row < m; row++) {
                    double max = 0;
                    for (int j = 0; j < k; j++) {
                        max = Math.max(max, Math.abs(weights[row * k + j]));
                    }
                    for (int i = 0; i < n; i++) {
                        assertClose(weights, rounded, biased ? bias[row] : 0, max, row, i, actual[i * m + row]);
                    }
                }
            }
        }

        /** @param max the largest magnitude of the row's weights */
        private void assertClose(float[] weights, float[] in, float bias, double max, int row, int i, float actual) {
            double sum = bias;
            double size = Math.abs(bias);
            for (int j = 0; j < k; j++) {
                sum += (double) weights[row * k + j] * in[i * k + j];
                // The offset of unsigned weights is rounded as well.
                size += (Math.abs(weights[row * k + j]) + max) * Math.abs(in[i * k + j]);
            }
            assertEquals(sum, actual, 8 * EPS * size, this + ": weight row " + row + ", activation row " + i);
        }

        private float[] run(Arena arena, Kernels kernels, MemorySegment stored, float[] in, float[] bias) {
            MemorySegment weights = guarded(arena, stored.byteSize()).copyFrom(stored);
            MemorySegment activations = guarded(arena, 4L * in.length).copyFrom(MemorySegment.ofArray(in));
            MemorySegment biases = guarded(arena, 4L * m).copyFrom(MemorySegment.ofArray(bias));
            MemorySegment out = guarded(arena, 4L * n * m);
            out.fill((byte) 0x55);
            KernelMatMul matMul = new KernelMatMul(kernels);
            MatMulJob job = new MatMulJob();
            job.weights(type, weights.address(), biased ? biases.address() : 0, m, k);
            job.activations(activations.address(), out.address(), n);
            matMul.describe(job);
            long scratch = dirty(arena, matMul.scratchBytes()).address();
            if (matMul.preparations() > 0) {
                matMul.packTo(dirty(arena, matMul.packedBytes()).address());
                matMul.prepare(0, matMul.preparations(), scratch);
            }
            int half = Math.min(m, matMul.rowsPerUnit() * (m / matMul.rowsPerUnit() / 2));
            matMul.multiply(0, half, scratch);
            matMul.multiply(half, m, scratch);
            return out.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        /** Uninitialised memory must not affect the result: all its f32 are NaN. */
        private MemorySegment dirty(Arena arena, long bytes) {
            MemorySegment segment = guarded(arena, bytes);
            segment.fill((byte) 0xff);
            return segment;
        }

        private MemorySegment guarded(Arena arena, long bytes) {
            return System.getProperty("os.name").equals("Linux")
                    ? GuardedMemory.allocate(arena, bytes, side)
                    : arena.allocate(bytes);
        }

        private float[] floats(Arena arena, MemorySegment stored, int count) {
            MemorySegment to = arena.allocate(4L * count, 4);
            BlockFormat.of(type).dequantize(stored.address(), to.address(), count / type.blockSize());
            return to.toArray(ValueLayout.JAVA_FLOAT);
        }

        private float[] normal(int count) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return values;
        }
    }

    /** Rounding to int8 as in docs/precision.md: one scale per 32 elements, ties to even. */
    private static float[] rounded(float[] in) {
        float[] rounded = new float[in.length];
        for (int block = 0; block < in.length; block += 32) {
            float max = 0;
            for (int i = block; i < block + 32; i++) {
                max = Math.max(max, Math.abs(in[i]));
            }
            float scale = max * (1 / 127f);
            float factor = 127 / max;
            for (int i = block; i < block + 32; i++) {
                rounded[i] = (float) (scale * Math.rint(in[i] * factor));
            }
        }
        return rounded;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void zerosGiveZerosAndNonFiniteActivationsPropagate(Isa isa, TensorType type) throws RefusedException {
        Machine.assume(isa != null, "no machine code runs here");
        Kernels kernels = Kernels.of(isa);
        int k = 2 * Math.max(32, type.blockSize());
        for (int n : new int[] {1, 20}) {
            for (float odd : new float[] {0, Float.NaN, Float.POSITIVE_INFINITY}) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment weights = RandomWeights.tensor(arena, type, k, 3, new Random(1))
                            .data();
                    MemorySegment in = arena.allocate(4L * n * k);
                    in.setAtIndex(ValueLayout.JAVA_FLOAT, 5, odd);
                    MemorySegment out = arena.allocate(4L * n * 3);
                    KernelMatMul matMul = new KernelMatMul(kernels);
                    MatMulJob job = new MatMulJob();
                    job.weights(type, weights.address(), 0, 3, k);
                    job.activations(in.address(), out.address(), n);
                    matMul.describe(job);
                    long scratch = arena.allocate(matMul.scratchBytes(), 64).address();
                    matMul.packTo(arena.allocate(matMul.packedBytes() + 1, 64).address());
                    matMul.prepare(0, matMul.preparations(), scratch);
                    matMul.multiply(0, 3, scratch);
                    float first = out.get(ValueLayout.JAVA_FLOAT, 0);
                    assertTrue(odd == 0 ? first == 0 : !Float.isFinite(first), odd + " gives " + first);
                    for (int i = 1; i < n; i++) {
                        assertEquals(0f, out.getAtIndex(ValueLayout.JAVA_FLOAT, i * 3), "row " + i);
                    }
                }
            }
        }
    }
}
