// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Device;

/**
 * Unmasked attention inside groups of rows. A unit of work is one head of one group.
 *
 * @param query address of rows of heads x dim f32; key, value and out likewise (key and value: kv heads)
 */
record FullAttentionJob(long query, long key, long value, long out, int group, Device.Heads heads) {

    long queryRowBytes() {
        return 4L * heads.count() * heads.dim();
    }

    long kvRowBytes() {
        return 4L * heads.kvCount() * heads.dim();
    }

    int kvHead(int head) {
        return head / (heads.count() / heads.kvCount());
    }

    /** Byte offset of the unit's first query and output element. */
    long queryOffset(int unit) {
        return (long) (unit / heads.count()) * group * queryRowBytes() + (unit % heads.count()) * (4L * heads.dim());
    }

    /** Byte offset of the unit's first key and value element. */
    long kvOffset(int unit) {
        return (long) (unit / heads.count()) * group * kvRowBytes() + kvHead(unit % heads.count()) * (4L * heads.dim());
    }
}
