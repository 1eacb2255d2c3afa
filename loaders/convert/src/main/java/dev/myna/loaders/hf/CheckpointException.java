// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

/** A checkpoint that is malformed, incomplete or refused: the message names file, tensor or offset, and the broken rule. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
