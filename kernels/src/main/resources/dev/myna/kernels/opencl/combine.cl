// SPDX-License-Identifier: Apache-2.0
//
// The second step of attention over several spans of keys (attention.cl).

// Folds the spans of each head of each row. Work-items: (elements of a head, heads times rows).
kernel void combine(const global float *partial, int spans, int dim, global float *out, ulong out_at) {
    int i = get_global_id(0);
    ulong unit = get_global_id(1);
    if (i < dim) {
        const global float *parts = partial + unit * spans * (dim + 2);
        float most = -INFINITY;
        for (int s = 0; s < spans; s++) {
            most = fmax(most, parts[s * (dim + 2)]);
        }
        float sum = 0;
        float total = 0;
        for (int s = 0; s < spans; s++) {
            float factor = exp(parts[s * (dim + 2)] - most);
            total = FMA(factor, parts[s * (dim + 2) + 1], total);
            sum = FMA(factor, parts[s * (dim + 2) + 2 + i], sum);
        }
        out[out_at + unit * dim + i] = sum / total;
    }
}
