// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** A picture that cannot be decoded or is too large: the message says which and what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
