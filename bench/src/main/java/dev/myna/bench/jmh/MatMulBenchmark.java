// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Matmul with shapes of real models: one row (generation), 4 and 16 (several sequences, short prompts), 512 (a prompt);
 * {@code -p n=577} is an image. Consecutive calls use different copies of the weight, so that it comes from memory as it does in
 * a model and not from a cache.
 */
public class MatMulBenchmark extends KernelBenchmark {
    private static final int SAMPLE_OUTPUTS = 64;

    /** Outputs x inputs: the tower's attention, MobileLLaMA's feed-forward block, Vicuna's attention and feed-forward block. */
    @Param({"1024x1024", "5632x2048", "4096x4096", "11008x4096"})
    public String shape;

    @Param({"1", "4", "16", "512"})
    public int n;

    @Param({
        "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL",
        "IQ4_XS"
    })
    public TensorType type;

    /** out[n, m] = in[n, k] . weight[m, k]^T. */
    @Benchmark
    public Buffer matmul(Rates rates) {
        return step(rates);
    }

    private int outputs() {
        return Integer.parseInt(shape, 0, shape.indexOf('x'), 10);
    }

    private int inputs() {
        return Integer.parseInt(shape, shape.indexOf('x') + 1, shape.length(), 10);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        int m = size == Size.FULL ? outputs() : Math.min(SAMPLE_OUTPUTS, outputs());
        Tensor tensor = operands.matrix(type, m, inputs());
        List<Linear> weights = new ArrayList<>();
        long copies = size == Size.FULL ? WORKING_SET_BYTES / tensor.data().byteSize() : 1;
        for (long i = 0; i < Math.max(1, copies); i++) {
            weights.add(new Linear(operands.device().load(i == 0 ? tensor : operands.copy(tensor))));
        }
        return new MatMulKernel(operands.device(), weights, operands.rows(n, inputs()), operands.zeros(n, m));
    }

    private static final class MatMulKernel implements Kernel {
        private final Device device;
        private final List<Linear> weights;
        private final Buffer in;
        private final Buffer out;
        private int next;

        MatMulKernel(Device device, List<Linear> weights, Buffer in, Buffer out) {
            this.device = device;
            this.weights = weights;
            this.in = in;
            this.out = out;
        }

        @Override
        public void run() {
            next = next + 1 == weights.size() ? 0 : next + 1;
            device.matrices().matmul(weights.get(next), in, out, in.rows());
        }

        @Override
        public Buffer answer() {
            return out;
        }
    }

    @Override
    Rates.Cost cost() {
        double m = outputs();
        double k = inputs();
        return new Rates.Cost(type.bytes((long) m * (long) k) + 4 * n * (m + k), 2 * m * k * n);
    }

    /** Room for devices that round activations to 8 bits; a wrong result is off by more than 1. */
    @Override
    double tolerance() {
        return 0.03;
    }
}
