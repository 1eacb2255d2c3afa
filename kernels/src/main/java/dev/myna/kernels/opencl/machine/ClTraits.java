// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.OpenClInfo;
import java.util.List;
import org.jocl.cl_device_id;

/**
 * What a device reports about the shapes of work groups.
 *
 * @param type what kind of processor it is
 * @param groupSize work-items that one group may have
 * @param localBytes local memory of a group
 * @param multiple work-items that run in step, as the driver says of a kernel it has built
 * @param subGroups whether it has sub-groups
 * @param subGroupSizes sizes of sub-groups that a kernel may ask for; empty where it may not
 */
record ClTraits(
        OpenClInfo.Type type,
        long groupSize,
        long localBytes,
        int multiple,
        boolean subGroups,
        List<Integer> subGroupSizes) {

    /** These traits with groups of at most so many work-items; 0 for no other limit. */
    ClTraits limitedTo(int items) {
        return items == 0
                ? this
                : new ClTraits(type, Math.min(groupSize, items), localBytes, multiple, subGroups, subGroupSizes);
    }

    /** Has the driver build a kernel, and asks about it. */
    static ClTraits of(cl_device_id device, OpenClInfo info, ClPrograms programs) {
        ClKernel any = programs.kernel("scale", List.of("elementwise.cl"), "");
        return new ClTraits(
                info.type(),
                info.groupSize(),
                info.localBytes(),
                ClQuery.preferredMultiple(any.handle(), device),
                info.subGroups(),
                ClQuery.subGroupSizes(device));
    }
}
