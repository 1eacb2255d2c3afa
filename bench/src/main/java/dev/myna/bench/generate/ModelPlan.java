// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** The tensors of a model to be, declared one by one and then filled with random weights in that order. */
final class ModelPlan {
    private final GgufWriter writer;
    private final GeneratedFileType.MatrixTypes matrixTypes;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String name, long elements, Content content) {}

    private interface Content {
        void write(WritableByteChannel channel, WeightPool weights) throws IOException;
    }

    /** @param matrixTypes the type of every matrix of a matmul */
    ModelPlan(GgufWriter writer, GeneratedFileType.MatrixTypes matrixTypes) {
        this.writer = writer;
        this.matrixTypes = matrixTypes;
    }

    /** A matrix with k inputs and m outputs whose outputs are of the same magnitude as its inputs. */
    void matrix(String name, long k, long m) {
        declare(name, matrixTypes.of(name, k), 0, (float) (1 / Math.sqrt((double) k)), k, m);
    }

    /** A stack of matrices with k inputs and m outputs, of a type of its own; a single one has two dimensions. */
    void stack(String name, TensorType type, long k, long m, long... count) {
        long[] shape = new long[2 + count.length];
        shape[0] = k;
        shape[1] = m;
        System.arraycopy(count, 0, shape, 2, count.length);
        declare(name, type, 0, (float) (1 / Math.sqrt((double) k)), shape);
    }

    /** A convolution kernel or position table: F32 in a model of F32 matrices, else F16. */
    void table(String name, double deviation, long... shape) {
        TensorType type = matrixTypes.of(name, shape[0]) == TensorType.F32 ? TensorType.F32 : TensorType.F16;
        declare(name, type, 0, (float) deviation, shape);
    }

    /** The kernel of a convolution that makes rows of patches of a tower. */
    void patches(String name, VisionShape shape) {
        int side = shape.patch();
        table(name, 1 / Math.sqrt(3.0 * side * side), side, side, 3, shape.width());
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
        long bytes = type.bytes(elements);
        entries.add(
                new Entry(name, elements, (channel, weights) -> weights.write(channel, type, mean, deviation, bytes)));
    }

    /** F32 numbers that are not random. */
    void values(String name, float[] values) {
        writer.tensor(name, TensorType.F32, values.length);
        entries.add(new Entry(name, values.length, (channel, weights) -> {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            channel.write(bytes);
        }));
    }

    /** Numbers in all tensors so far. */
    long elements() {
        return entries.stream().mapToLong(Entry::elements).sum();
    }

    /** Writes all data and completes the file. */
    void finish(WeightPool weights) throws IOException {
        for (Entry entry : entries) {
            writer.data(entry.name(), channel -> entry.content().write(channel, weights));
        }
        writer.finish();
    }
}
