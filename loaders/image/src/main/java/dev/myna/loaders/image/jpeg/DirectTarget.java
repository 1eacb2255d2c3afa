// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.jpeg.entropy.BlockDecoder;
import dev.myna.loaders.image.jpeg.pixels.ImageAssembler;
import dev.myna.loaders.image.jpeg.segments.Component;
import java.io.IOException;

/** The target of a scan with the whole image: each block is transformed immediately. */
final class DirectTarget implements BlockTarget {
    private static final short[] ZEROS = new short[64];

    private final ImageAssembler assembler;
    private final int[][] steps;
    private final short[] block = new short[64];

    /** @param steps for each component, its quantization steps in natural order */
    DirectTarget(ImageAssembler assembler, int[][] steps) {
        this.assembler = assembler;
        this.steps = steps;
    }

    @Override
    public void decode(BlockDecoder decoder, int member, Component component, int row, int column) throws IOException {
        // A copy is fast even before it is compiled, which matters for the first image of a process.
        System.arraycopy(ZEROS, 0, block, 0, 64);
        int last = decoder.decode(member, block, 0);
        assembler.put(component, row, column, block, 0, last, steps[component.index()]);
    }

    @Override
    public void endRow(int row) {
        assembler.endRow(row);
    }

    @Override
    public int unitsPerBlock() {
        return 64;
    }
}
