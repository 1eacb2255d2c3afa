// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The tensors of a model to be, declared one by one and then filled with random weights in that order. */
final class ModelPlan {
    private final GgufWriter writer;
    private final TensorType matrixType;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String name, TensorType type, long elements, float mean, float deviation) {}

    /** @param matrixType the type of every matrix that a product reads */
    ModelPlan(GgufWriter writer, TensorType matrixType) {
        this.writer = writer;
        this.matrixType = matrixType;
    }

    /** A matrix with k inputs and m outputs whose products keep the size of what they read. */
    void matrix(String name, long k, long m) {
        declare(name, matrixType, 0, (float) (1 / Math.sqrt((double) k)), k, m);
    }

    /** A convolution kernel or position table: F32 in a model of F32 matrices, else F16. */
    void table(String name, double deviation, long... shape) {
        TensorType type = matrixType == TensorType.F32 ? TensorType.F32 : TensorType.F16;
        declare(name, type, 0, (float) deviation, shape);
    }

    /** Norm gains: around 1. */
    void gain(String name, long n) {
        declare(name, TensorType.F32, 1, 0.05f, n);
    }

    /** Biases: small. */
    void bias(String name, long n) {
        declare(name, TensorType.F32, 0, 0.02f, n);
    }

    /** A matrix and its bias. */
    void linear(String name, long k, long m) {
        matrix(name + ".weight", k, m);
        bias(name + ".bias", m);
    }

    /** Gain and bias of a layer norm. */
    void norm(String name, long n) {
        gain(name + ".weight", n);
        bias(name + ".bias", n);
    }

    private void declare(String name, TensorType type, float mean, float deviation, long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        writer.tensor(name, type, shape);
        entries.add(new Entry(name, type, elements, mean, deviation));
    }

    /** Writes all data and completes the file. */
    void finish(RandomWeights weights) throws IOException {
        for (Entry entry : entries) {
            long bytes = entry.type().bytes(entry.elements());
            writer.data(
                    entry.name(),
                    channel -> weights.write(channel, entry.type(), entry.mean(), entry.deviation(), bytes));
        }
        writer.finish();
    }

    /** The value of {@code general.file_type} for files that are mostly of this type. */
    static int fileType(TensorType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q5_0 -> 8;
            case Q5_1 -> 9;
            case Q2_K -> 10;
            case Q3_K -> 12;
            case Q4_K -> 15;
            case Q5_K -> 17;
            case Q6_K -> 18;
            case IQ4_NL -> 25;
            case IQ4_XS -> 30;
            case BF16 -> 32;
        };
    }
}
