// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.kernels.CpuKernels;
import java.util.Objects;

/**
 * How to load a model.
 *
 * @param threads worker threads; 0 means one per available core
 * @param kernels the implementation of arithmetic; one that cannot run here is replaced by the next
 */
public record ModelOptions(int threads, CpuKernels kernels) {
    public ModelOptions {
        if (threads < 0 || threads > 1024) {
            throw new RequestException("threads must be 0 (automatic) to 1024, not " + threads);
        }
        Objects.requireNonNull(kernels);
    }

    /** The fastest kernels. */
    public ModelOptions(int threads) {
        this(threads, CpuKernels.JIT);
    }

    /** One worker per available core. */
    public static ModelOptions defaults() {
        return new ModelOptions(0);
    }
}
