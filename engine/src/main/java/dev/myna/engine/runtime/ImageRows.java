// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

/**
 * The decoder rows of an image's contents, shared by all prompts that show it. Written once, by one thread, and may be read by
 * others afterwards.
 */
final class ImageRows {
    /** Never used again for other contents: KV caches remember rows by it. */
    final long id;

    /** Rows. */
    final int count;

    /** What the experts were weighed with; written before {@link #values}. */
    private float[] router = {};

    private volatile float[] values;

    ImageRows(long id, int count) {
        this.id = id;
        this.count = count;
    }

    /** [count, width], or null as long as the image was not encoded. */
    float[] values() {
        return values;
    }

    float[] router() {
        return values == null ? new float[0] : router;
    }

    void set(float[] rows, float[] weights) {
        router = weights;
        values = rows;
    }
}
