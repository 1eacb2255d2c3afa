// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.OpenClInfo.Type;
import dev.myna.kernels.opencl.machine.ShapeOverride.SubGroups;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is chosen for what devices report; docs/opencl.md has the same table. */
class WorkShapeTest {
    private static ClTraits gpu(int multiple, long group, boolean subGroups, List<Integer> sizes) {
        return new ClTraits(Type.GPU, group, 48 << 10, multiple, subGroups, sizes);
    }

    private static WorkShape choose(ClTraits traits) {
        return WorkShape.choose(traits, ShapeOverride.REPORTED);
    }

    /** NVIDIA 32, AMD 64 or 32, Intel 8 to 32; oddities between. */
    @ParameterizedTest
    @CsvSource({"32, 32, 2", "64, 64, 1", "16, 16, 4", "8, 8, 8", "128, 64, 1", "4, 8, 8", "24, 16, 4"})
    void teamsAreWhatRunsInStep(int multiple, int lanes, int teams) {
        WorkShape shape = choose(gpu(multiple, 1024, false, List.of()));
        assertEquals(lanes, shape.lanes());
        assertEquals(teams, shape.teams());
        assertEquals(256, shape.rowLanes());
        assertEquals(64, shape.keyLanes());
        assertEquals(GroupTile.LARGE, shape.large());
        assertFalse(shape.asks());
    }

    @Test
    void subGroupsAreAskedForWhereTheyCanBe() {
        WorkShape shape = choose(gpu(64, 512, true, List.of(8, 16, 32)));
        assertEquals(32, shape.lanes());
        assertTrue(shape.asks());
        assertTrue(shape.vectorDefinitions().contains("-DLANES=32 -DTEAMS=2"), shape.vectorDefinitions());
        assertTrue(shape.vectorDefinitions().contains("-DASK_SUBGROUPS"));
    }

    @Test
    void subGroupsOfUnknownSizeShareTheGroupsRows() {
        WorkShape shape = choose(gpu(32, 1024, true, List.of()));
        assertEquals(64, shape.lanes());
        assertEquals(1, shape.teams());
        assertFalse(shape.asks());
    }

    @Test
    void aCpuHasVectors() {
        WorkShape shape = choose(new ClTraits(Type.CPU, 4096, 512 << 10, 8, true, List.of(1, 2, 4, 8, 16, 32)));
        assertEquals(1, shape.vectorItems());
        assertEquals(4, shape.vectorRows());
        assertEquals(16, shape.rowLanes());
    }

    /** A small group, and little local memory. */
    @Test
    void whatDoesNotFitIsNotChosen() {
        WorkShape narrow = choose(gpu(64, 16, false, List.of()));
        assertEquals(16, narrow.vectorItems());
        assertEquals(16, narrow.rowLanes());
        assertEquals(16, narrow.keyLanes());
        assertEquals(GroupTile.SMALLEST, narrow.large());
        assertEquals(GroupTile.SMALLEST, narrow.small());
        WorkShape little = choose(new ClTraits(Type.GPU, 1024, 16 << 10, 32, false, List.of()));
        assertEquals(GroupTile.SMALL, little.large());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 4, 24, 128})
    void otherWidthsAreRefused(int width) {
        assertThrows(DeviceException.class, () -> new ShapeOverride(width, SubGroups.NONE, 0));
    }
}
