// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.machine.Lanes;

/**
 * Expands blocks of one quantized format to signed bytes: {@code weight = factor * byte + minimum}. The minimum is always added: formats
 * that store a number to subtract ({@link Layout}) give its negation. The bytes take a quarter of the memory of f32 and need no
 * multiplication: they are for matmuls that use each weight once or a few times. Stateless and thread-safe.
 */
@FunctionalInterface
public interface Unpacker {

    /**
     * Expands a run of whole blocks. Addresses are not checked. Up to {@link Lanes#BYTES} bytes beyond the factors are overwritten.
     *
     * @param from address of the first block
     * @param blocks number of blocks
     * @param quants address of a signed byte for each weight
     * @param factors address of an f32 for every four weights: each group's factor several times
     * @param minimums address of an f32 for each group, which is added to its weights
     */
    void unpack(long from, int blocks, long quants, long factors, long minimums);
}
