// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

import dev.myna.kernels.TensorType;

/** Writes the kernels of one instruction set. {@link Arguments} defines the arguments of each kernel. */
public interface KernelWriters {

    /** Whether kernels read weights of this type. The other methods are for such types only. */
    boolean reads(TensorType type);

    /** Activations that share a scale when they are rounded for weights of this type: 16 or 32. */
    int group(TensorType type);

    /** How {@link #tile(TensorType, QuantTile)} needs activations to be rounded. */
    Rounding rounding(TensorType type);

    /** Mat-vec: multiplies stored weights with {@code columns} activation rows, 1 to {@link Isa#maxColumns}. */
    byte[] matVec(TensorType type, int columns);

    /** Expands stored weights of a float type to a panel. */
    byte[] panel(TensorType type, FloatTile tile);

    /** Expands stored weights of a quantized type to a panel. */
    byte[] panel(TensorType type, QuantTile tile);

    /** Multiplies panels of float weights with packed activations. */
    byte[] tile(FloatTile tile);

    /** Multiplies panels of quantized weights with packed activations. */
    byte[] tile(TensorType type, QuantTile tile);

    /** Tells the kernels of different types for the same tile apart: types with an equal variant share one. */
    String variant(TensorType type, QuantTile tile);

    /** Transposes sums to the output. */
    byte[] store();

    /** The largest number of weight rows in one call of {@link #store}. */
    int storeRows();

    /** Rounds activations. {@link #matVec} needs {@link Rounding#SUMS}. */
    byte[] quantize(int group, Rounding rounding);

    /** Reorders rounded activations for {@link #matVec}; null if they stay in order. */
    byte[] order(TensorType type);

    /** Packs f32 activations. */
    byte[] pack(FloatTile tile);

    /** Packs the integers of rounded activations. */
    byte[] pack(QuantTile tile);

    /** Packs the scales, or the sums, of rounded activations. */
    byte[] packScales(QuantTile tile);

    /** Rows of the largest tile of attention. */
    int maxAttentionRows();

    /** Multiplies tiles of attention with 4, 6 or {@link #maxAttentionRows} rows. */
    byte[] attention(int rows);
}
