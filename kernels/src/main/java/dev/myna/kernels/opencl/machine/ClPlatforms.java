// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import dev.myna.kernels.OpenClInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** The OpenCL devices of this machine, in the order of its platforms. */
public final class ClPlatforms {
    /** The code of the ICD loader when no driver is installed; JOCL has no constant for it. */
    private static final int CL_PLATFORM_NOT_FOUND_KHR = -1001;

    private static final String NO_LIBRARY = "the system has no OpenCL library; install the driver of your GPU";

    private ClPlatforms() {}

    /** A device and the platform it belongs to. */
    record Found(cl_platform_id platform, cl_device_id device, OpenClInfo info) {}

    /**
     * Descriptions of all devices.
     *
     * @throws DeviceException if there is no OpenCL library
     */
    public static List<OpenClInfo> list() {
        return all().stream().map(Found::info).toList();
    }

    /**
     * The device of a number; without a number the first GPU, or else the first device.
     *
     * @throws DeviceException if there is none
     */
    public static Found choose(OptionalInt index) {
        List<Found> all = all();
        if (all.isEmpty()) {
            throw new DeviceException(Fault.ABSENT, "no OpenCL device: install the driver of your GPU");
        }
        if (index.isPresent()) {
            if (index.getAsInt() < 0 || index.getAsInt() >= all.size()) {
                throw new DeviceException(
                        Fault.ABSENT,
                        "there is no device opencl:" + index.getAsInt() + ": the last is opencl:" + (all.size() - 1));
            }
            return all.get(index.getAsInt());
        }
        return all.stream()
                .filter(found -> found.info.type() == OpenClInfo.Type.GPU)
                .findFirst()
                .orElse(all.getFirst());
    }

    private static List<Found> all() {
        if (!ClLibrary.isPresent()) {
            throw new DeviceException(Fault.ABSENT, "no OpenCL device: " + NO_LIBRARY);
        }
        try {
            List<Found> all = new ArrayList<>();
            for (cl_platform_id platform : platforms()) {
                String name = ClQuery.platform(platform, CL.CL_PLATFORM_NAME) + " "
                        + ClQuery.platform(platform, CL.CL_PLATFORM_VERSION);
                for (cl_device_id device : devices(platform)) {
                    if (ClQuery.number(device, CL.CL_DEVICE_AVAILABLE, 4) != 0
                            && ClQuery.number(device, CL.CL_DEVICE_COMPILER_AVAILABLE, 4) != 0) {
                        all.add(new Found(platform, device, ClQuery.info(all.size(), device, name)));
                    }
                }
            }
            return all;
        } catch (LinkageError | UnsupportedOperationException e) {
            throw new DeviceException(Fault.ABSENT, "no OpenCL device: " + reason(e));
        }
    }

    private static String reason(Throwable problem) {
        if (!(problem instanceof NoClassDefFoundError missing)) {
            return NO_LIBRARY;
        }
        String name = String.valueOf(missing.getMessage());
        return name.contains("org/jocl")
                ? "the library org.jocl:jocl is not on the class path"
                : "JOCL misses a class of this Java runtime: " + name + " (it needs the module java.logging)";
    }

    private static cl_platform_id[] platforms() {
        int[] count = new int[1];
        int code = Cl.code(() -> CL.clGetPlatformIDs(0, null, count));
        if (code == CL_PLATFORM_NOT_FOUND_KHR || code == CL.CL_SUCCESS && count[0] == 0) {
            return new cl_platform_id[0];
        }
        if (code != CL.CL_SUCCESS) {
            throw Cl.failure(code, "clGetPlatformIDs");
        }
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        Cl.run("clGetPlatformIDs", () -> CL.clGetPlatformIDs(platforms.length, platforms, null));
        return platforms;
    }

    /** None where a platform has none, or its driver fails: others may work. */
    private static cl_device_id[] devices(cl_platform_id platform) {
        int[] count = new int[1];
        if (Cl.code(() -> CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count)) != CL.CL_SUCCESS) {
            return new cl_device_id[0];
        }
        cl_device_id[] devices = new cl_device_id[count[0]];
        int code = Cl.code(() -> CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, devices.length, devices, null));
        return code == CL.CL_SUCCESS ? devices : new cl_device_id[0];
    }
}
