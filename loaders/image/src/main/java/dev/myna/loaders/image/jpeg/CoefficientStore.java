// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.jpeg.entropy.BlockDecoder;
import dev.myna.loaders.image.jpeg.pixels.ImageAssembler;
import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Frame;
import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import java.io.IOException;

/** The coefficients of an image with several scans: two bytes for each sample of each component. */
final class CoefficientStore implements BlockTarget {
    /** Work of loading and storing a block. */
    private static final int UNITS_TO_VISIT = 4;

    private final Frame frame;

    /** By component: its blocks row by row, and behind them one that takes what completes MCUs. */
    private final short[][] coefficients;

    private int unitsPerBlock;

    CoefficientStore(Frame frame) {
        this.frame = frame;
        Component[] components = frame.components();
        coefficients = new short[components.length][];
        for (int i = 0; i < components.length; i++) {
            Component c = components[i];
            coefficients[i] = new short[Math.multiplyExact(c.blocksWide() * c.blocksHigh() + 1, 64)];
        }
    }

    /** Starts a scan: the following blocks belong to it. */
    void begin(ScanHeader scan) {
        unitsPerBlock = UNITS_TO_VISIT + (scan.last() - scan.first() + 1) / 2;
    }

    @Override
    public void decode(BlockDecoder decoder, int member, Component component, int row, int column) throws IOException {
        decoder.decode(member, coefficients[component.index()], offset(component, row, column));
    }

    private static int offset(Component c, int row, int column) {
        int wide = c.blocksWide();
        boolean inside = row < c.blocksHigh() && column < wide;
        return 64 * (inside ? row * wide + column : wide * c.blocksHigh());
    }

    @Override
    public void endRow(int row) {
        // No block is complete before the last scan.
    }

    @Override
    public int unitsPerBlock() {
        return unitsPerBlock;
    }

    /**
     * Passes all blocks on.
     *
     * @param steps for each component, its quantization steps in natural order
     */
    void assemble(ImageAssembler assembler, int[][] steps, WorkBudget budget) throws IOException {
        for (int mcuRow = 0; mcuRow < frame.mcusHigh(); mcuRow++) {
            for (Component c : frame.components()) {
                short[] blocks = coefficients[c.index()];
                int end = Math.min((mcuRow + 1) * c.v(), c.blocksHigh());
                for (int row = mcuRow * c.v(); row < end; row++) {
                    budget.spend(64L * c.blocksWide());
                    for (int column = 0; column < c.blocksWide(); column++) {
                        int at = offset(c, row, column);
                        int last = last(blocks, at);
                        assembler.put(c, row, column, blocks, at, last, steps[c.index()]);
                    }
                }
            }
            assembler.endRow(mcuRow);
        }
    }

    /** An upper bound of the last nonzero coefficient in zigzag order: exact, or 63. */
    private static int last(short[] blocks, int at) {
        for (int i = at + 1; i < at + 64; i++) {
            if (blocks[i] != 0) {
                return 63;
            }
        }
        return 0;
    }
}
