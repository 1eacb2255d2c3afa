// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Roofline;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What a benchmark moves and computes per second, printed beside its score. JMH divides by the time; as throughput is in
 * operations per second, the printed "ops/s" of these figures is what their names say.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Rates {
    /** Gigabytes (10^9) read and written, per second. */
    public double gigabytes;

    /** Gigaflops: 10^9 f32 operations, a multiply-add counting as two, per second. */
    public double gigaflops;

    /** Bytes as a share of the read bandwidth measured in the same run. */
    public double ofRead;

    /** Operations as a share of the multiply-add peak measured in the same run. */
    public double ofFma;

    /**
     * Minimum cost of one call.
     *
     * @param bytes operands read and results written, each once
     * @param flops operations; 0 where counting them means nothing
     */
    record Cost(double bytes, double flops) {}

    void add(Cost cost, Roofline roofline) {
        gigabytes += cost.bytes() / 1e9;
        gigaflops += cost.flops() / 1e9;
        ofRead += cost.bytes() / roofline.read();
        ofFma += cost.flops() / roofline.fma();
    }
}
