// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * What computes a model: memory for it, and the operations that it needs, by kind. Model code is written once against this interface.
 * The scalar implementation is the specification of each operation, and every other one is tested against it.
 *
 * <p>Dimension letters, project-wide: {@code m} weight rows (outputs), {@code k} inner width (inputs), {@code n}
 * activation rows. Operations work on the first {@code n} rows of their buffers. Unless an operation says that it works in
 * place, {@code out} must not overlap its inputs. Shapes are checked once per call:
 * {@link IllegalArgumentException} names the operand that does not fit.
 *
 * <p>A device may be shared by several threads; buffers and caches may not.
 */
public interface Device extends AutoCloseable {

    /** One line for people: implementation, vector width, threads. */
    String description();

    /**
     * Which implementation of arithmetic this is: {@code machine code for AVX-512 VNNI}, {@code Vector API, 256-bit vectors} or
     * {@code scalar} on a CPU.
     */
    default String kernels() {
        return description();
    }

    /** Why this is a slower implementation than the caller requested, and what to do about it, in one line; empty if it is not. */
    default Optional<String> fallback() {
        return Optional.empty();
    }

    /** Bytes of the device's own memory that weights, buffers and caches take now; 0 for a device that computes in the host's memory. */
    default long memoryInUse() {
        return 0;
    }

    /**
     * The most activation rows that count as few. On a CPU a row's result has the same bits in all batches of few rows, and the same
     * bits in all larger batches, whatever the other rows are. Between the two it may differ by rounding, because they are multiplied
     * in different ways. Other devices have more ways.
     */
    int fewRows();

    /** Makes a weight usable by this device. The tensor's memory must outlive the returned handle. */
    Weight load(Tensor tensor);

    /** A zeroed buffer that is freed when {@code scope} closes. */
    Buffer allocate(Arena scope, int rows, int width);

    /** A key/value cache that is freed when {@code scope} closes. */
    KvCache allocateKvCache(Arena scope, KvCache.Shape shape);

    /** Waits until all operations so far are done. Only measurements need it: {@link #read} waits by itself. */
    default void synchronize() {}

    /** Copies {@code n} rows from {@code source}, starting at element {@code offset}, to the first rows of {@code target}. */
    void write(Buffer target, float[] source, int offset, int n);

    /** Copies the first {@code n} rows of {@code source} to {@code target}, starting at element {@code offset}. */
    void read(Buffer source, float[] target, int offset, int n);

    /** {@code target[i] = source[i]} for the first {@code n} rows. */
    void copy(Buffer source, Buffer target, int n);

    /** Matmul, and rows of embedding tables. */
    Matrices matrices();

    /** Normalizations and softmax. */
    Norms norms();

    /** Rotary position embedding, keys and values, and attention. */
    Attention attention();

    /** Activation functions, sums and products of elements. */
    Elementwise elementwise();

    /** Convolution, pooling and means of images. */
    Grids grids();

    /** Releases threads and device memory. Idempotent. */
    @Override
    void close();
}
