// SPDX-License-Identifier: Apache-2.0
//
// Reading the values of one layer: element i of a head's value at a position. VALUE_TYPE as in attention.cl.

float value_at(const global uchar *region, int dim, int stride, int position, int i) {
#if VALUE_TYPE == -1
    return ((const global float *) region)[(ulong) position * stride + i];
#elif VALUE_TYPE == 0
    return ((const global float *) region)[(ulong) position * dim + i];
#elif VALUE_TYPE == 1
    return vload_half((ulong) position * dim + i, (const global half *) region);
#else
    const global uchar *block = region + ((ulong) position * (dim / 32) + i / 32) * 34;
    return vload_half(0, (const global half *) block) * ((const global char *) block)[2 + i % 32];
#endif
}
