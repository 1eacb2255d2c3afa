// SPDX-License-Identifier: Apache-2.0
//
// What every program begins with. Products are fused only where fma is written, so that weights expand to the same last bit
// as in the scalar reference. What the shapes of groups are, definitions say: WorkShape chooses them by what a device reports.

#pragma OPENCL FP_CONTRACT OFF

#ifdef SUBGROUPS
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
#endif

// Where a driver lets a kernel ask for sub-groups of LANES work-items, these are teams (matvec.cl).
#if defined(SUBGROUPS) && defined(ASK_SUBGROUPS)
#define TEAMS_ARE_SUBGROUPS
#define OF_SUBGROUPS __attribute__((intel_reqd_sub_group_size(LANES)))
#else
#define OF_SUBGROUPS
#endif

#ifdef FP_FAST_FMAF
#define FMA(a, b, c) fma(a, b, c)
#else
#define FMA(a, b, c) mad(a, b, c)
#endif

#define HALF(bytes, at) vload_half(0, (const global half *) ((bytes) + (at)))
#define WORD(bytes, i) (((const global uint *) (bytes))[i])

float dot4(float4 a, float4 b) {
    return FMA(a.w, b.w, FMA(a.z, b.z, FMA(a.y, b.y, a.x * b.x)));
}

float sum4(float4 a) {
    return (a.x + a.y) + (a.z + a.w);
}

// Four activations from place; those past the row's end are zero.
float4 quad(const global float *row, int place, int k) {
    if (place + 4 <= k) {
        return vload4(0, row + place);
    }
    float4 values = (float4) (0);
    if (place < k) values.x = row[place];
    if (place + 1 < k) values.y = row[place + 1];
    if (place + 2 < k) values.z = row[place + 2];
    return values;
}

// The four bytes of a word, each in the low bits of a lane; the caller masks.
uint4 bytes(uint word) {
    return (uint4) (word, word >> 8, word >> 16, word >> 24);
}

// Integers below 2^23 as floats, less zero: set into the fraction of 2^23, which costs no conversion unit.
float4 levels(uint4 q, float zero) {
    return as_float4(q | 0x4b000000u) - (8388608.0f + zero);
}

// What a product does with its sums: add a bias, add to what is there (a residual), or multiply by silu of what is there (SwiGLU) or
// by what is there.
#define ADD_BIAS 1
#define ADD_OUT 2
#define SILU_OUT 4
#define MUL_OUT 8

// Puts one sum where it belongs in out[n, m]; tiles may reach past its edges.
void finish(float sum, global float *out, int m, int n, int row, int col, int ending, const global float *bias) {
    if (row >= m || col >= n) {
        return;
    }
    global float *to = out + (ulong) col * m + row;
    if (ending & ADD_BIAS) {
        sum += bias[row];
    }
    if (ending & SILU_OUT) {
        float gate = *to;
        sum = gate / (1 + exp(-gate)) * sum;
    }
    if (ending & MUL_OUT) {
        sum *= *to;
    }
    *to = ending & ADD_OUT ? *to + sum : sum;
}

// Eight weights of one row: a at PLACE(cell) and the three that follow, b SPREAD further on. Weight = factor q + term.
typedef struct {
    float4 a;
    float4 b;
    float2 factor;
    float2 term;
} Cell;
