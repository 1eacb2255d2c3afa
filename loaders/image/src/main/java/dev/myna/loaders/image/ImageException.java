// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** An image cannot be decoded or is too large. The message names the image and says what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** The cause of the failure. */
    public enum Fault {
        /** The file is absent, damaged, too large, or of a format that Myna does not read. */
        IMAGE,
        /** The Java heap has no room for the pixels. */
        MEMORY,
        /** The decoding thread was interrupted. */
        INTERRUPTED
    }

    public ImageException(String message) {
        this(message, null);
    }

    public ImageException(String message, Throwable cause) {
        this(Fault.IMAGE, message, cause);
    }

    public ImageException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
