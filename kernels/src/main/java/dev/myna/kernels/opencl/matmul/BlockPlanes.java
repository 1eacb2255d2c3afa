// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/**
 * How the blocks of a quantized tensor lie in device memory: the same bytes as in the file, but first the bodies of all blocks, then
 * their heads. A body is the block's quants, a multiple of 16 bytes, so that work-items read aligned words side by side; a head is
 * the rest, its scales. In a file they alternate, at odd addresses. Formats without blocks keep the order of their file.
 *
 * @param bodyAt where the body begins in a block
 * @param body bytes of the body
 * @param head bytes of the head, which lies before or behind the body
 */
record BlockPlanes(int bodyAt, int body, int head) {

    static BlockPlanes of(TensorType type) {
        return switch (type) {
            case F32 -> new BlockPlanes(0, 4, 0);
            case F16, BF16 -> new BlockPlanes(0, 2, 0);
            case Q4_0, IQ4_NL -> new BlockPlanes(2, 16, 2);
            case Q4_1 -> new BlockPlanes(4, 16, 4);
            case Q5_0 -> new BlockPlanes(6, 16, 6);
            case Q5_1 -> new BlockPlanes(8, 16, 8);
            case Q8_0 -> new BlockPlanes(2, 32, 2);
            case Q2_K -> new BlockPlanes(0, 80, 4);
            case Q3_K -> new BlockPlanes(0, 96, 14);
            case Q4_K -> new BlockPlanes(16, 128, 16);
            case Q5_K -> new BlockPlanes(16, 160, 16);
            case Q6_K -> new BlockPlanes(0, 208, 2);
            case IQ4_XS -> new BlockPlanes(8, 128, 8);
        };
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
