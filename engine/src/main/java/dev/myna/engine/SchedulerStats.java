// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * What a {@link Scheduler} does now and has done so far.
 *
 * @param slots requests that can be worked on at once
 * @param active requests that are worked on now
 * @param waiting requests that wait for a slot now
 * @param submitted requests accepted so far
 * @param refused requests refused so far because the queue was full
 * @param finished answers that ended by themselves
 * @param cancelled answers that were closed or interrupted
 * @param failed answers that ended with an exception
 * @param promptTokens positions of all prompts that were started, image rows and reused ones included
 * @param reusedTokens of these, positions that were still in a KV cache
 * @param generatedTokens tokens generated
 * @param images images that went through the vision tower
 * @param passes passes of the decoder
 * @param passRows rows of all passes: {@code passRows / passes} is how well weights are shared
 * @param cacheBytes bytes of the KV caches of running requests
 * @param prefixBytes bytes of the KV caches that are kept of finished requests
 * @param imageBytes bytes of images' rows that are kept
 */
public record SchedulerStats(
        int slots,
        int active,
        int waiting,
        long submitted,
        long refused,
        long finished,
        long cancelled,
        long failed,
        long promptTokens,
        long reusedTokens,
        long generatedTokens,
        long images,
        long passes,
        long passRows,
        long cacheBytes,
        long prefixBytes,
        long imageBytes) {}
