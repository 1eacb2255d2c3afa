// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

/** One layer of a decoder with its weights. Immutable and thread-safe. */
public interface DecoderLayer {

    /** Computes the layer for all rows of the batch: changes the residual stream {@link Activations#x} and stores keys and values. */
    void forward(Activations a);
}
