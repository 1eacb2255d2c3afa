// SPDX-License-Identifier: Apache-2.0
/**
 * What decoder families share: configuration, loading, the blocks that layers are made of, activations, caches, and placement on one or
 * two devices. A {@link dev.myna.engine.decoder.DecoderFamily} adds the layers.
 */
package dev.myna.engine.decoder;
