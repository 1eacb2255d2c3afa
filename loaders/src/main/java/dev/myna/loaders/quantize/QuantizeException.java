// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

/** A file that cannot be quantized as asked: the message names file, tensor and rule. */
public final class QuantizeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public QuantizeException(String message) {
        super(message);
    }
}
