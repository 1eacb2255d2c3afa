// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

/** What the scans in Huffman codes share: their bits, and where these begin anew. */
abstract class HuffmanBlocks implements BlockDecoder {
    final BitReader bits;

    HuffmanBlocks(BitReader bits) {
        this.bits = bits;
    }

    /** Forgets what earlier blocks of the scan left for the next. */
    abstract void reset();

    @Override
    public final boolean exhausted() {
        return bits.exhausted();
    }

    @Override
    public final int position() {
        return bits.position();
    }

    @Override
    public final void restart(int position) {
        bits.start(position);
        reset();
    }
}
