// SPDX-License-Identifier: Apache-2.0
//
// Images stored as rows: row y width + x holds the channels of pixel (x, y). Work-items: (channels, output pixels), or
// channels alone for the mean.

// 3x3 with zero padding 1; taps [channel][y][x].
kernel void depthwise(
        const global float *in, ulong in_at, int height, int width, int channels, const global float *taps,
        const global float *bias, int has_bias, int stride, global float *out, ulong out_at) {
    int c = get_global_id(0);
    if (c < channels) {
        int out_width = (width - 1) / stride + 1;
        int pixel = get_global_id(1);
        int y = pixel / out_width * stride;
        int x = pixel % out_width * stride;
        float sum = has_bias ? bias[c] : 0;
        for (int tap = 0; tap < 9; tap++) {
            int tap_y = y + tap / 3 - 1;
            int tap_x = x + tap % 3 - 1;
            if (tap_y >= 0 && tap_y < height && tap_x >= 0 && tap_x < width) {
                sum = FMA(taps[c * 9 + tap], in[in_at + (ulong) (tap_y * width + tap_x) * channels + c], sum);
            }
        }
        out[out_at + (ulong) pixel * channels + c] = sum;
    }
}

// Mean over 2x2 pixels.
kernel void average_pool(
        const global float *in, ulong in_at, int width, int channels, global float *out, ulong out_at) {
    int c = get_global_id(0);
    if (c < channels) {
        int pixel = get_global_id(1);
        int y = pixel / (width / 2) * 2;
        int x = pixel % (width / 2) * 2;
        const global float *first = in + in_at + (ulong) (y * width + x) * channels + c;
        const global float *second = first + (ulong) width * channels;
        out[out_at + (ulong) pixel * channels + c] = ((first[0] + first[channels]) + (second[0] + second[channels])) / 4;
    }
}

kernel void mean_rows(const global float *in, ulong in_at, int n, int width, global float *out, ulong out_at) {
    int c = get_global_id(0);
    if (c < width) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            sum += in[in_at + (ulong) i * width + c];
        }
        out[out_at + c] = sum / n;
    }
}
