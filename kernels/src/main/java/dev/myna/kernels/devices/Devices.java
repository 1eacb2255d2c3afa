// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.devices;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.Roofline;
import dev.myna.kernels.cpu.CpuDevice;
import dev.myna.kernels.cpu.roofline.RooflineMeasurement;
import dev.myna.kernels.opencl.ClRoofline;
import dev.myna.kernels.opencl.OpenClDevice;
import dev.myna.kernels.opencl.machine.ClPlatforms;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Opens devices and measures them. The only public entry to the implementations. */
public final class Devices {
    private Devices() {}

    /**
     * The fastest CPU implementation that runs here: machine code, else the Vector API, else scalar.
     *
     * @param threads worker threads, at least 1
     */
    public static Device cpu(int threads) {
        return cpu(threads, CpuKernels.JIT);
    }

    /**
     * A CPU implementation, or the next slower one that runs here.
     *
     * @param threads worker threads, at least 1
     */
    public static Device cpu(int threads, CpuKernels kernels) {
        return cpu(threads, kernels, CodeListener.NONE);
    }

    /**
     * As {@link #cpu(int, CpuKernels)}, for profiles.
     *
     * @param listener receives the machine code that the device runs, now and later
     */
    public static Device cpu(int threads, CpuKernels kernels, CodeListener listener) {
        return CpuDevice.open(kernels, threads, listener);
    }

    /** The scalar reference on the calling thread. */
    public static Device scalar() {
        return CpuDevice.scalar();
    }

    /**
     * The OpenCL devices of this machine.
     *
     * @throws DeviceException if there is no OpenCL library, or JOCL is not on the class path
     */
    public static List<OpenClInfo> openClDevices() {
        return ClPlatforms.list();
    }

    /**
     * Opens an OpenCL device.
     *
     * @param index its number in {@link #openClDevices}; empty for the first GPU, or else the first device
     * @param cache where compiled programs are kept
     * @throws DeviceException if there is no such device, or its driver does not build the kernels
     */
    public static Device openCl(OptionalInt index, ProgramCache cache) {
        return OpenClDevice.open(index, cache);
    }

    /**
     * Measures the limits of the CPU for about two seconds, with vectors where this JVM has them. Takes 512 MiB of
     * native memory meanwhile.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if {@code threads} is below 1
     */
    public static Roofline roofline(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        return RooflineMeasurement.measure(threads);
    }

    /**
     * Measures the limits of an OpenCL device for a second or so. Takes up to 1 GiB of its memory meanwhile.
     *
     * @param index as in {@link #openCl}
     * @throws DeviceException if there is no such device
     */
    public static Roofline openClRoofline(OptionalInt index) {
        return ClRoofline.measure(index);
    }

    /** One line saying which CPU implementation {@link #cpu(int)} uses and why, for {@code doctor}. */
    public static String describeCpu() {
        return CpuDevice.describe();
    }

    /** Why {@link CpuKernels#JIT} does not run here; empty if it does. */
    public static Optional<String> jitRefusal() {
        return CpuDevice.jitRefusal();
    }
}
