// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Layout;
import dev.myna.kernels.machine.NativeMemory;

/**
 * The layout of a quantized tensor in device memory: the same bytes as in the file, but first the bodies of all blocks, then
 * their heads. A body is the block's quants, a multiple of 16 bytes, so that work-items read aligned words side by side; a head is
 * the rest, its scales. In a file they alternate, at odd addresses. Formats without blocks keep the order of their file.
 *
 * @param bodyAt where the body begins in a block
 * @param body bytes of the body
 * @param head bytes of the head, which lies before or behind the body
 */
record BlockPlanes(int bodyAt, int body, int head) {

    static BlockPlanes of(TensorType type) {
        Layout layout = BlockFormat.of(type).layout();
        int bytes = type.blockBytes();
        if (!layout.quantized()) {
            return new BlockPlanes(0, bytes, 0);
        }
        // Scales lie at one end of a block.
        int body = bytes - 1 & -16;
        int head = bytes - body;
        return new BlockPlanes(layout.scaleAt() == 0 ? head : 0, body, head);
    }

    /** Bytes of a block. */
    int block() {
        return body + head;
    }

    /** Takes blocks apart. Addresses are not checked. */
    void split(long blocks, long bodies, long heads, long count) {
        int headAt = bodyAt == 0 ? body : 0;
        for (long i = 0; i < count; i++) {
            long from = blocks + i * block();
            for (int at = 0; at < body; at += 8) {
                NativeMemory.putLong(bodies + i * body + at, NativeMemory.getLong(from + bodyAt + at));
            }
            for (int at = 0; at < head; at += 2) {
                NativeMemory.putShort(heads + i * head + at, NativeMemory.getShort(from + headAt + at));
            }
        }
    }
}
