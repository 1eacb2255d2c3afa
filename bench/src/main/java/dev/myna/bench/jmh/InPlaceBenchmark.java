// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Operations that change their rows: activations, the gate of the feed-forward block, softmax, rotary positions. The rows are put
 * back before each call, which is not measured, and so are partly in the cache, as they are in a model.
 */
public class InPlaceBenchmark extends KernelBenchmark {
    private static final int HEAD_DIM = 128;

    /** Every operation in place, with the shape it has in a model. */
    public enum Operation {
        GELU_ERF(577, 4096),
        GELU_TANH(577, 4096),
        QUICK_GELU(577, 4096),
        SILU(512, 5632),
        RELU(512, 5632),
        HARDSIGMOID(576, 2048),
        HARDSWISH(576, 2048),
        SILU_MUL(512, 11008),
        SOFTMAX(577 * 16, 577),
        ROPE_ADJACENT(512, 4096),
        ROPE_SPLIT_HALF(512, 3584);

        final int rows;
        final int width;

        Operation(int rows, int width) {
            this.rows = rows;
            this.width = width;
        }
    }

    @Param
    public Operation operation;

    @Benchmark
    public Buffer apply(Rates rates) {
        return step(rates);
    }

    @Setup(Level.Invocation)
    public void putBack() {
        reset();
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        Device device = operands.device();
        int n = operation.rows;
        Buffer source = operands.rows(n, operation.width);
        Buffer x = operands.zeros(n, operation.width);
        Runnable body = body(operands, x);
        return new Kernel() {
            @Override
            public void run() {
                body.run();
            }

            @Override
            public void reset() {
                device.copy(source, x, n);
            }

            @Override
            public Buffer answer() {
                return x;
            }
        };
    }

    private Runnable body(RandomOperands operands, Buffer x) {
        Device device = operands.device();
        int n = operation.rows;
        return switch (operation) {
            case GELU_ERF -> () -> device.elementwise().activate(Activation.GELU_ERF, x, n);
            case GELU_TANH -> () -> device.elementwise().activate(Activation.GELU_TANH, x, n);
            case QUICK_GELU -> () -> device.elementwise().activate(Activation.QUICK_GELU, x, n);
            case SILU -> () -> device.elementwise().activate(Activation.SILU, x, n);
            case RELU -> () -> device.elementwise().activate(Activation.RELU, x, n);
            case HARDSIGMOID -> () -> device.elementwise().activate(Activation.HARDSIGMOID, x, n);
            case HARDSWISH -> () -> device.elementwise().activate(Activation.HARDSWISH, x, n);
            case SILU_MUL -> {
                Buffer up = operands.rows(n, operation.width);
                yield () -> device.elementwise().siluMul(x, up, n);
            }
            case SOFTMAX -> () -> device.norms().softmax(x, n);
            case ROPE_ADJACENT -> {
                Batch batch = positions(operands, n);
                Rope rope = new Rope(HEAD_DIM, 1e4f, RopePairing.ADJACENT);
                yield () -> device.attention().rope(x, batch, rope);
            }
            case ROPE_SPLIT_HALF -> {
                Batch batch = positions(operands, n);
                Rope rope = new Rope(HEAD_DIM, 1e6f, RopePairing.SPLIT_HALF);
                yield () -> device.attention().rope(x, batch, rope);
            }
        };
    }

    private static Batch positions(RandomOperands operands, int n) {
        KvCache cache = operands.device()
                .allocateKvCache(operands.arena(), new KvCache.Shape(1, n, 1, 1, TensorType.F32, TensorType.F32));
        Batch batch = new Batch(n);
        for (int i = 0; i < n; i++) {
            batch.add(cache, i);
        }
        return batch;
    }

    /** Each row read and written; the gate's other factor read. */
    @Override
    Rates.Cost cost() {
        double elements = (double) operation.rows * operation.width;
        return new Rates.Cost(4 * elements * (operation == Operation.SILU_MUL ? 3 : 2), 0);
    }

    @Override
    double tolerance() {
        return 1e-5;
    }
}
