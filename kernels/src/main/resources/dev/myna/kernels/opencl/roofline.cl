// SPDX-License-Identifier: Apache-2.0
//
// What a device gives at most: bytes copied, and multiply-adds on registers. Work-items: vectors of four floats, or any number.

kernel void copy(const global float4 *from, global float4 *to, ulong count) {
    ulong i = get_global_id(0);
    if (i < count) {
        to[i] = from[i];
    }
}

// Eight chains of four lanes hide the latency of the adders: 64 operations a step. The result is stored only if it is a number
// that never comes up, so that nothing can be left out.
kernel void multiply_add(global float *out, int steps) {
    float4 a[8];
    for (int i = 0; i < 8; i++) {
        a[i] = (float4) (get_global_id(0) * 1e-9f + i);
    }
    for (int step = 0; step < steps; step++) {
#pragma unroll
        for (int i = 0; i < 8; i++) {
            a[i] = (float4) (FMA(a[i].x, 0.5f, 0.25f), FMA(a[i].y, 0.5f, 0.25f), FMA(a[i].z, 0.5f, 0.25f),
                    FMA(a[i].w, 0.5f, 0.25f));
        }
    }
    float sum = 0;
    for (int i = 0; i < 8; i++) {
        sum += sum4(a[i]);
    }
    if (sum == 123456.0f) {
        out[0] = sum;
    }
}
