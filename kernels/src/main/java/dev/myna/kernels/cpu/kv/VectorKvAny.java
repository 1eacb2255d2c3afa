// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.machine.Lanes;

/** Reads every format, head width and number, element by element: for odd heads, infinities and NaN. */
final class VectorKvAny extends VectorKv {
    private final KvFormat format;

    VectorKvAny(KvFormat format) {
        this.format = format;
    }

    @Override
    void keys(long region, int slot, int dim, long to) {
        for (int i = 0; i < dim; i++) {
            for (int lane = 0; lane < Lanes.W; lane++) {
                putFloat(to + i * Panel.ROW + lane * 4L, format.key(region, slot + lane, dim, i));
            }
        }
    }

    @Override
    void values(long region, int count, int dim, int element, long to) {
        for (int slot = 0; slot < count; slot++) {
            for (int i = 0; i < Lanes.W; i++) {
                float value = element + i < dim ? format.value(region, slot, dim, element + i) : 0;
                putFloat(to + slot * Panel.ROW + i * 4L, value);
            }
        }
    }

    @Override
    public void scores(long query, long region, int count, int dim, long to) {
        throw new IllegalStateException("lone queries have heads of whole vectors and finite numbers");
    }

    @Override
    public void addValues(long weights, long region, int count, int dim, long out, long spare) {
        throw new IllegalStateException("lone queries have heads of whole vectors and finite numbers");
    }
}
