// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** A {@link Device} failed, usually an OpenCL device. The message is one line that says which device, and what to do. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kinds of failures. */
    public enum Fault {
        /** There is no such device: no driver, no library, no device of that number. */
        ABSENT,
        /** The driver does not build the kernels, or the device cannot run them. */
        BUILD,
        /** Memory on the device ran out. */
        MEMORY,
        /** A call failed, for example because the device was reset. The contents of its memory are undefined. */
        LOST
    }

    private final Fault fault;

    public DeviceException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
