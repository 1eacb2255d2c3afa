// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import java.util.Arrays;

/**
 * Replaces what a device reports, for tests and measurements.
 *
 * @param width work-items that share a weight row: 1, 8, 16, 32 or 64; 0 for what the device reports
 * @param subGroups how sub-groups may be used, where the device has them
 * @param groupSize work-items that a group may have at most; 0 for what the device reports
 */
public record ShapeOverride(int width, SubGroups subGroups, int groupSize) {
    /** How to use sub-groups. */
    public enum SubGroups {
        /** Of the size that a kernel asks for, where the driver allows that, or else of any. */
        ASKED,
        /** Of whatever size the driver makes them. */
        ANY,
        NONE
    }

    /** Nothing. */
    public static final ShapeOverride REPORTED = new ShapeOverride(0, SubGroups.ASKED, 0);

    private static final String WIDTH = "myna.opencl.width";
    private static final String SUB_GROUPS = "myna.opencl.subgroups";

    public ShapeOverride {
        if (width != 0 && width != 1 && (width < 8 || width > 64 || Integer.bitCount(width) != 1)) {
            throw new DeviceException(Fault.BUILD, WIDTH + " must be 1, 8, 16, 32 or 64, not " + width);
        }
    }

    /** The values of the system properties myna.opencl.width and myna.opencl.subgroups (asked, any or none). */
    public static ShapeOverride ofProperties() {
        String subGroups = System.getProperty(SUB_GROUPS, "asked");
        return new ShapeOverride(
                Integer.getInteger(WIDTH, 0),
                Arrays.stream(SubGroups.values())
                        .filter(value -> value.name().equalsIgnoreCase(subGroups))
                        .findFirst()
                        .orElseThrow(() -> new DeviceException(
                                Fault.BUILD, SUB_GROUPS + " must be asked, any or none, not " + subGroups)),
                0);
    }
}
