// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import java.util.Map;

/**
 * The measurements of one test.
 *
 * @param nanos one time per repetition
 * @param allocated Java heap bytes allocated in a repetition, the minimum of all; negative if unknown
 * @param parts median milliseconds of the stages load, image and prompt, if the test has them
 */
record Measured(long[] nanos, long allocated, Map<String, Double> parts) {

    Measured(long[] nanos, long allocated) {
        this(nanos, allocated, Map.of());
    }
}
