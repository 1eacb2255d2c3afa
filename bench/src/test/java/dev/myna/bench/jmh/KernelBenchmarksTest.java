// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.TensorType;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Thorough;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmarks' own checks, which measure nothing. */
class KernelBenchmarksTest {
    private static final int THREADS = 2;

    @Thorough
    @ParameterizedTest
    @EnumSource(TensorType.class)
    void matmulAgreesWithTheScalarDevice(TensorType type) {
        MatMulBenchmark benchmark = new MatMulBenchmark();
        benchmark.shape = Thorough.Times.all() ? "1024x1024" : "128x512";
        benchmark.type = type;
        for (int n : new int[] {1, 4, 16}) {
            benchmark.n = n;
            benchmark.check(THREADS);
        }
    }

    @Thorough
    @ParameterizedTest
    @CsvSource({"16x16x128, 1, 512", "28x4x128, 1, 2048", "28x4x128, 512, 512"})
    void attentionAgreesWithTheScalarDevice(String heads, int rows, int depth) {
        CausalAttentionBenchmark benchmark = new CausalAttentionBenchmark();
        benchmark.heads = heads;
        benchmark.rows = Thorough.Times.of(Math.min(rows, 32), rows);
        benchmark.depth = Thorough.Times.of(Math.min(depth, 256), depth);
        benchmark.cacheType = TensorType.F16;
        benchmark.check(THREADS);
    }

    @ParameterizedTest
    @EnumSource(NormBenchmark.Kind.class)
    void normsAgreeWithTheScalarDevice(NormBenchmark.Kind norm) {
        NormBenchmark benchmark = new NormBenchmark();
        benchmark.norm = norm;
        benchmark.shape = "1x4096";
        benchmark.check(THREADS);
    }

    @ParameterizedTest
    @EnumSource(InPlaceBenchmark.Operation.class)
    void operationsInPlaceAgreeWithTheScalarDevice(InPlaceBenchmark.Operation operation) {
        InPlaceBenchmark benchmark = new InPlaceBenchmark();
        benchmark.operation = operation;
        benchmark.check(THREADS);
    }

    @Test
    void conversionsAgreeWithTheScalarDevice() {
        ConversionBenchmark benchmark = new ConversionBenchmark();
        benchmark.type = TensorType.F16;
        benchmark.check(THREADS);
        CacheStoreBenchmark store = new CacheStoreBenchmark();
        store.type = TensorType.F16;
        store.check(THREADS);
    }

    @ParameterizedTest
    @EnumSource(SamplerBenchmark.Choice.class)
    void chosenTokensAreAmongTheBest(SamplerBenchmark.Choice choice) throws IOException {
        SamplerBenchmark benchmark = new SamplerBenchmark();
        benchmark.choice = choice;
        benchmark.setUp();
    }

    @ParameterizedTest
    @EnumSource(GrammarMaskBenchmark.Place.class)
    void maskAllowsAcceptedTokens(GrammarMaskBenchmark.Place place) throws IOException {
        GrammarMaskBenchmark benchmark = new GrammarMaskBenchmark();
        benchmark.place = place;
        benchmark.vocabulary = "synthetic";
        benchmark.setUp();
    }

    @NeedsOpenCl
    @Test
    void openClAgreesWithTheScalarDevice() {
        MatMulBenchmark matmul = new MatMulBenchmark();
        matmul.device = "opencl";
        matmul.shape = "1024x1024";
        matmul.type = TensorType.Q4_0;
        matmul.n = 16;
        matmul.check(THREADS);
        CausalAttentionBenchmark attention = new CausalAttentionBenchmark();
        attention.device = "opencl";
        attention.heads = "28x4x128";
        attention.rows = 1;
        attention.depth = 2048;
        attention.cacheType = TensorType.F16;
        attention.check(THREADS);
    }

    @Test
    void wrongResultStopsTheBenchmark() {
        KernelBenchmark wrong = new KernelBenchmark() {
            @Override
            Kernel kernel(RandomOperands operands, Size size) {
                Buffer rows = operands.rows(1, 64);
                boolean vectors = !operands.device().description().contains("scalar");
                return new Kernel() {
                    @Override
                    public void run() {
                        if (vectors) {
                            operands.device().elementwise().scale(rows, 1.1f, 1);
                        }
                    }

                    @Override
                    public Buffer answer() {
                        return rows;
                    }
                };
            }

            @Override
            Rates.Cost cost() {
                return new Rates.Cost(0, 0);
            }

            @Override
            double tolerance() {
                return 0.05;
            }
        };
        assertThrows(IllegalStateException.class, () -> wrong.check(THREADS));
    }

    @Test
    void costFollowsFromTheShape() {
        MatMulBenchmark matmul = new MatMulBenchmark();
        matmul.shape = "11008x4096";
        matmul.type = TensorType.Q4_0;
        matmul.n = 1;
        assertEquals(2.0 * 11008 * 4096, matmul.cost().flops());
        assertEquals(
                11008.0 * 4096 / 32 * 18 + 4 * (11008 + 4096), matmul.cost().bytes());
        CausalAttentionBenchmark attention = new CausalAttentionBenchmark();
        attention.heads = "28x4x128";
        attention.rows = 512;
        attention.depth = 512;
        attention.cacheType = TensorType.F16;
        assertEquals(4.0 * (512 * 513 / 2) * 28 * 128, attention.cost().flops());
        assertEquals(
                2.0 * 512 * 4 * 128 * 2 + 2.0 * 4 * 512 * 28 * 128,
                attention.cost().bytes());
    }
}
