// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

/** A model cannot be described, found or fetched; the message says in one line why, and what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** What kind of failure it is. */
    public enum Fault {
        /** The name or an option is wrong. */
        REQUEST,
        /** A manifest, or a record of the store, is malformed; or the model is not there. */
        MODEL,
        /** The server, the network or the lack of it. */
        DOWNLOAD,
        /** The bytes are not those that were promised. */
        CHECKSUM
    }

    /** @param message one line */
    public HubException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    /** @param message one line */
    public HubException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** What kind of failure it is. */
    public Fault fault() {
        return fault;
    }
}
