// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

/** A file cannot be quantized as requested. The message names file, tensor and rule. */
public final class QuantizeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** What has to change. */
    public enum Fault {
        /** The model's file or the importance matrix. */
        FILE,
        /** The request: it does not fit the file. */
        REQUEST
    }

    public QuantizeException(String message) {
        this(Fault.FILE, message);
    }

    public QuantizeException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
