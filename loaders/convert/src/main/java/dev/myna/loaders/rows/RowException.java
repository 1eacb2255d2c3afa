// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

/** Weights cannot be encoded in the requested format. The message names file, tensor and row. */
public final class RowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RowException(String message, Throwable cause) {
        super(message, cause);
    }
}
