// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

import dev.myna.kernels.TensorType;

/** The writers of the kernels of one instruction set. What each kernel is given is in {@link Arguments}. */
public interface KernelWriters {

    /** Elements that share a scale of rounded activations, where they are multiplied with weights of this type: 16 or 32. */
    int group(TensorType type);

    /** What a tile wants of rounded activations. */
    Rounding rounding(TensorType type);

    /** Multiplies stored weights with {@code columns} activation rows, 1 to {@link Isa#maxColumns}. */
    byte[] matVec(TensorType type, int columns);

    /** Expands stored weights of a float type. */
    byte[] panel(TensorType type, FloatTile tile);

    /** Expands stored weights of a quantized type. */
    byte[] panel(TensorType type, QuantTile tile);

    /** Multiplies expanded weights with packed activations. */
    byte[] tile(FloatTile tile);

    byte[] tile(TensorType type, QuantTile tile);

    /** Types of equal kind have the same kernel for a tile. */
    String kind(TensorType type, QuantTile tile);

    /** Writes sums to the output. */
    byte[] store();

    /** Weight rows that one call of it writes at most. */
    int storeRows();

    /** Rounds activations. {@link #matVec} wants {@link Rounding#SUMS}. */
    byte[] quantize(int group, Rounding rounding);

    /** Arranges rounded activations for {@link #matVec}; null if they stay as they are. */
    byte[] order(TensorType type);

    /** Packs activations. */
    byte[] pack(FloatTile tile);

    /** Packs the integers of rounded activations. */
    byte[] pack(QuantTile tile);

    /** Packs their scales, or their sums. */
    byte[] packScales(QuantTile tile);

    /** Rows of attention's largest tile. */
    int maxAttentionRows();

    /** Attention's products for 4, 6 or {@link #maxAttentionRows} rows. */
    byte[] attention(int rows);
}
