// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import java.util.OptionalInt;

/** Where a model computes. */
public sealed interface Placement {
    /** The CPU. */
    Placement CPU = new Cpu();

    /** The first GPU that OpenCL offers, or else its first device; the CPU where none of them can run the model. */
    Placement OPENCL_IF_AVAILABLE = new OpenClIfAvailable();

    /** See {@link Placement#CPU}. */
    record Cpu() implements Placement {}

    /** See {@link Placement#OPENCL_IF_AVAILABLE}. */
    record OpenClIfAvailable() implements Placement {}

    /**
     * One OpenCL device: loading fails where it cannot run the model.
     *
     * @param device its number, 0 to 999, as {@link dev.myna.kernels.Devices#openClDevices} lists them
     */
    record OpenCl(int device) implements Placement {
        public OpenCl {
            Bounds.check(device >= 0 && device <= 999, "the number of an OpenCL device", "0 to 999", device);
        }
    }

    /** Whether an OpenCL device is asked for. */
    default boolean onOpenCl() {
        return !(this instanceof Cpu);
    }

    /** The number of the OpenCL device that is required; empty where none is. */
    default OptionalInt openClDevice() {
        return this instanceof OpenCl(int device) ? OptionalInt.of(device) : OptionalInt.empty();
    }

    /**
     * Reads {@code cpu}, {@code opencl} (if available) or {@code opencl:N}.
     *
     * @throws RequestException if it is none of them
     */
    static Placement parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.equals("opencl")) {
            return OPENCL_IF_AVAILABLE;
        }
        if (text.matches("opencl:[0-9]{1,3}")) {
            return new OpenCl(Integer.parseInt(text.substring("opencl:".length())));
        }
        throw new RequestException("device must be cpu, opencl or opencl:N, not " + text);
    }
}
