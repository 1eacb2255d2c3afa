// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * How to load a model.
 *
 * @param threads worker threads; 0 means one per available core
 */
public record ModelOptions(int threads) {
    public ModelOptions {
        if (threads < 0 || threads > 1024) {
            throw new RequestException("threads must be 0 (automatic) to 1024, not " + threads);
        }
    }

    /** One worker per available core. */
    public static ModelOptions defaults() {
        return new ModelOptions(0);
    }
}
