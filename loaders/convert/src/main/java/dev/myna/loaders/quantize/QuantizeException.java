// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

/** A file that cannot be quantized as asked: the message names file, tensor and rule. */
public final class QuantizeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** What would have to change. */
    public enum Fault {
        /** The model's file or the importance matrix. */
        FILE,
        /** What was asked for: it does not go with the file. */
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
