// SPDX-License-Identifier: Apache-2.0
/** Weights of a model file on a device, as decoders and vision towers share them. They know no model family. */
package dev.myna.engine.weights;
