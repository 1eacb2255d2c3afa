// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.opencl.machine.ShapeOverride.SubGroups;
import java.util.Comparator;

/**
 * The shapes of work-groups, chosen by what a device reports. Sizes are powers of two.
 *
 * @param lanes work-items of matvec.cl that share a weight row
 * @param teams such teams in a group
 * @param rows weight rows of a team
 * @param rowLanes work-items of a group of norms.cl
 * @param keyLanes work-items of a group of attention.cl, and keys per step
 * @param large tile for prompts and images
 * @param small tile for few rows
 * @param asks whether matvec.cl asks for sub-groups of as many work-items as a team
 */
public record WorkShape(
        int lanes, int teams, int rows, int rowLanes, int keyLanes, GroupTile large, GroupTile small, boolean asks) {
    /** The smallest group that all kernels can use. */
    static final int MIN_GROUP = 16;

    /** Work-items of a group where there is no reason for another number. */
    private static final int GROUP = 64;

    private static final int MAX_GROUP = 256;
    private static final int NARROWEST = 8;

    static WorkShape choose(ClTraits reported, ShapeOverride override) {
        ClTraits traits = reported.limitedTo(override.groupSize());
        int most = (int) Math.min(MAX_GROUP, Long.highestOneBit(traits.groupSize()));
        int group = Math.min(GROUP, most);
        int width = Math.min(override.width() > 0 ? override.width() : width(traits), group);
        boolean asks = override.subGroups() == SubGroups.ASKED
                && traits.subGroups()
                && traits.subGroupSizes().contains(width);
        // Sub-groups of unknown size cannot be teams of a known one: they share the rows of the whole group.
        boolean any = traits.subGroups() && override.subGroups() != SubGroups.NONE && !asks;
        int lanes = width > 1 && any ? group : width;
        GroupTile small = GroupTile.SMALL.fits(traits) ? GroupTile.SMALL : GroupTile.SMALLEST;
        return new WorkShape(
                lanes,
                width == 1 ? 1 : group / lanes,
                4,
                width == 1 ? 16 : most,
                group,
                GroupTile.LARGE.fits(traits) ? GroupTile.LARGE : small,
                small,
                asks);
    }

    /** Work-items that run in step and read side by side. A processor without such has vectors, and rows to itself. */
    private static int width(ClTraits traits) {
        if (traits.type() == OpenClInfo.Type.CPU) {
            return 1;
        }
        int multiple = Math.clamp(Integer.highestOneBit(traits.multiple()), NARROWEST, GROUP);
        return traits.subGroupSizes().stream()
                .filter(size -> size >= NARROWEST && size <= multiple)
                .max(Comparator.naturalOrder())
                .orElse(multiple);
    }

    /** Work-items of a group of matvec.cl. */
    public int vectorItems() {
        return lanes * teams;
    }

    /** Weight rows of a group of matvec.cl. */
    public int vectorRows() {
        return rows * teams;
    }

    /** The tile for so many activation rows. */
    public GroupTile tile(int n) {
        return n > small.columns() ? large : small;
    }

    /** The definitions for matvec.cl. */
    public String vectorDefinitions() {
        return "-DLANES=" + lanes + " -DTEAMS=" + teams + " -DROWS=" + rows + (asks ? " -DASK_SUBGROUPS" : "");
    }
}
