// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * An OpenCL device as its driver describes it.
 *
 * @param index its number in the list of devices
 * @param type what kind of processor it is
 * @param name the device's name
 * @param platform name and version of its platform
 * @param driver version of its driver
 * @param memoryBytes memory of the device
 * @param largestBuffer bytes that one tensor may take
 * @param units compute units
 * @param groupSize work-items that one group may have
 * @param localBytes local memory of a group
 * @param subGroups whether the driver reports cl_khr_subgroups
 */
public record OpenClInfo(
        int index,
        Type type,
        String name,
        String platform,
        String driver,
        long memoryBytes,
        long largestBuffer,
        int units,
        long groupSize,
        long localBytes,
        boolean subGroups) {

    /** Kinds of processors. */
    public enum Type {
        GPU,
        CPU,
        ACCELERATOR
    }

    /** The name that {@code --device} takes. */
    public String label() {
        return "opencl:" + index;
    }

    /** One line for people. */
    public String description() {
        int version = platform.indexOf(" OpenCL ");
        String vendor = version < 0 ? platform : platform.substring(0, version);
        return label() + " " + name + " (" + type + ", " + units + " units, " + (memoryBytes >> 20) + " MiB; " + vendor
                + ", driver " + driver + ")";
    }
}
