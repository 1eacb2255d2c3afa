// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** An image that cannot be decoded or is too large: the message says which and what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** Whose fault it is that there are no pixels. */
    public enum Fault {
        /** The file's: it is absent, damaged, too large, or nothing that Myna reads. */
        IMAGE,
        /** The Java heap has no room for the pixels. */
        MEMORY,
        /** Nobody's: the decoding thread was interrupted. */
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
