// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.OptionalInt;

/**
 * Where a model computes.
 *
 * @param onOpenCl whether on an OpenCL device
 * @param index number of that device; empty for the first GPU, or else the first device
 * @param required whether loading fails where that device cannot do it, instead of going on with the CPU
 */
public record DeviceChoice(boolean onOpenCl, OptionalInt index, boolean required) {

    /** The CPU. */
    public static DeviceChoice cpu() {
        return new DeviceChoice(false, OptionalInt.empty(), false);
    }

    /** The first GPU that OpenCL offers, or else the first device, or else the CPU. */
    public static DeviceChoice openCl() {
        return new DeviceChoice(true, OptionalInt.empty(), false);
    }

    /** This OpenCL device and no other. */
    public static DeviceChoice openCl(int index) {
        return new DeviceChoice(true, OptionalInt.of(index), true);
    }

    /**
     * Reads {@code cpu}, {@code opencl} or {@code opencl:N}.
     *
     * @throws RequestException if it is none of them
     */
    public static DeviceChoice parse(String text) {
        if (text.equals("cpu")) {
            return cpu();
        }
        if (text.equals("opencl")) {
            return openCl();
        }
        if (text.matches("opencl:[0-9]{1,3}")) {
            return openCl(Integer.parseInt(text.substring("opencl:".length())));
        }
        throw new RequestException("device must be cpu, opencl or opencl:N, not " + text);
    }
}
