// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.Dequantizer;

/** One implementation of everything a {@link CpuDevice} computes. What it keeps is no operand's. */
interface RangeKernels extends RangeOperations {

    /** The implementation in a few words. */
    String name();

    /** The implementation without what it does beside products. */
    String label();

    Dequantizer dequantizer(TensorType type);

    /** A new place for products to be described in. */
    Multiplication multiplication();

    /** Stores a position's key of one head, {@code dim} f32, to a slot; returns whether it is finite in that format. */
    boolean putKey(KvFormat format, long from, long region, int slot, int dim);

    /** Stores a position's value of one head, {@code dim} f32, to a slot; returns whether it is finite in that format. */
    boolean putValue(KvFormat format, long from, long region, int slot, int dim);

    /** Positions after which the units of a single row are cut, a multiple of {@link CpuKvCache#CHUNK}. */
    int contextSpan();
}
