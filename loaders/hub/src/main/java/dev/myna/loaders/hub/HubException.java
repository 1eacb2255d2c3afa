// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

/** A model cannot be described, found or fetched. The message says in one line why, and what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** The kind of failure. */
    public enum Fault {
        /** The name or an option is wrong. */
        REQUEST,
        /** A manifest or a record of the store is malformed, or the model does not exist. */
        MODEL,
        /** The server or the network failed, or there is no network. */
        DOWNLOAD,
        /** The bytes do not match size or digest. */
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

    /** The kind of failure. */
    public Fault fault() {
        return fault;
    }
}
