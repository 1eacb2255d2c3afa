// SPDX-License-Identifier: Apache-2.0
//
// Operations on each element by itself, in place. A work-item takes one element; (channel, row) for mul_row.

kernel void add_scaled(global float *x, ulong x_at, const global float *y, ulong y_at, float scale, ulong count) {
    ulong i = get_global_id(0);
    if (i < count) {
        x[x_at + i] = fma(scale, y[y_at + i], x[x_at + i]);
    }
}

kernel void scale(global float *x, ulong x_at, float factor, ulong count) {
    ulong i = get_global_id(0);
    if (i < count) {
        x[x_at + i] *= factor;
    }
}

kernel void mul_row(global float *x, ulong x_at, const global float *row, ulong row_at, int width) {
    int c = get_global_id(0);
    if (c < width) {
        x[x_at + (ulong) get_global_id(1) * width + c] *= row[row_at + c];
    }
}

float hard_sigmoid(float x) {
    return clamp(x / 6 + 0.5f, 0.0f, 1.0f);
}

// The functions of dev.myna.kernels.Activation, by the numbers that ClElementwise gives them.
float activated(int f, float x) {
    switch (f) {
        case 0: return 0.5f * x * erfc(x * -0.70710678118654752f);
        case 1: return 0.5f * x * (1 + tanh(0.79788456080286536f * fma(0.044715f * x * x, x, x)));
        case 2: return x / (1 + exp(-1.702f * x));
        case 3: return x / (1 + exp(-x));
        case 4: return isnan(x) ? x : fmax(x, 0.0f);
        case 5: return isnan(x) ? x : hard_sigmoid(x);
        default: return isnan(x) ? x : x * hard_sigmoid(x);
    }
}

kernel void activate(int f, global float *x, ulong x_at, ulong count) {
    ulong i = get_global_id(0);
    if (i < count) {
        x[x_at + i] = activated(f, x[x_at + i]);
    }
}

kernel void silu_mul(global float *gate, ulong gate_at, const global float *up, ulong up_at, ulong count) {
    ulong i = get_global_id(0);
    if (i < count) {
        float x = gate[gate_at + i];
        gate[gate_at + i] = x / (1 + exp(-x)) * up[up_at + i];
    }
}
