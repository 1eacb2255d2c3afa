// SPDX-License-Identifier: Apache-2.0
//
// IQ4_XS: body 128 bytes of nibbles, 16 per run of 32 weights; head f16 d, 16 bits of scale high pairs, 4 bytes of scale low
// nibbles. Weight = d (scale - 32) level[q]. A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 0
#define BODY 128
#define HEAD 8
#define BLOCK 256

// The unevenly spaced levels a nibble selects.
constant float LEVELS[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

float4 selected(uint4 q) {
    return (float4) (LEVELS[q.x], LEVELS[q.y], LEVELS[q.z], LEVELS[q.w]);
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    const global uchar *scales = head + (cell >> 5) * HEAD;
    int run = (cell >> 2) & 7;
    int low = (WORD(scales, 1) >> (4 * run)) & 15;
    int high = (((const global ushort *) scales)[1] >> (2 * run)) & 3;
    Cell c;
    c.a = selected(bytes(word) & 15);
    c.b = selected(bytes(word >> 4) & 15);
    c.factor = (float2) (HALF(scales, 0) * (float) ((low | high << 4) - 32));
    c.term = (float2) (0);
    return c;
}
