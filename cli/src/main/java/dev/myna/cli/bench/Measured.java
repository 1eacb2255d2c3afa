// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import java.util.Map;

/**
 * What one test took.
 *
 * @param nanos one time per repetition
 * @param allocated Java heap bytes allocated in a repetition, the least of all; negative where unknown
 * @param parts median milliseconds of the stages, where the test has some: load, image, prompt
 */
record Measured(long[] nanos, long allocated, Map<String, Double> parts) {

    Measured(long[] nanos, long allocated) {
        this(nanos, allocated, Map.of());
    }
}
