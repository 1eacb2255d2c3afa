// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.jpeg.entropy.BlockDecoder;
import dev.myna.loaders.image.jpeg.segments.Component;
import java.io.IOException;

/** Receives the blocks of a scan. */
interface BlockTarget {
    /**
     * Decodes the next block of the scan.
     *
     * @param member the component's place in the scan
     * @param row block row within the component; may lie in the part that only completes the last MCU, as may
     * @param column block column
     */
    void decode(BlockDecoder decoder, int member, Component component, int row, int column) throws IOException;

    /** Called behind each row of MCUs; rows of blocks, if the scan has a single component. */
    void endRow(int row);

    /** The work of a block in units of the budget, one for each sample touched. */
    int unitsPerBlock();
}
