// SPDX-License-Identifier: Apache-2.0
//
// Q2_K: body 16 bytes of 4-bit scales and minimums, 64 bytes of bit pairs; head f16 d, f16 dmin. Weight = d scale q - dmin
// minimum. Each half of 128 weights takes 32 pair bytes; its run r of 32 weights lies in bits 2r and 2r + 1 of them. A cell is
// one pair of runs in four bytes.

#define PLACE(cell) (((cell) >> 5) * 256 + (((cell) >> 3) & 1) * 128 + (((cell) >> 4) & 1) * 64 + ((cell) & 7) * 4)
#define SPREAD 32
#define HAS_TERM 1
#define BODY 80
#define HEAD 4
#define BLOCK 256

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    const global uchar *block = body + (cell >> 5) * BODY;
    int at = (cell >> 5) * HEAD;
    uint word = WORD(block + 16, cell & 15);
    int upper = (cell >> 4) & 1;
    int run = ((cell >> 3) & 1) * 8 + upper * 4 + ((cell >> 2) & 1);
    uint scale0 = block[run];
    uint scale1 = block[run + 2];
    float d = HALF(head, at);
    float dmin = HALF(head, at + 2);
    Cell c;
    c.a = levels(bytes(word >> (upper * 4)) & 3, 0);
    c.b = levels(bytes(word >> (upper * 4 + 2)) & 3, 0);
    c.factor = (float2) (d * (float) (scale0 & 15), d * (float) (scale1 & 15));
    c.term = (float2) (-(dmin * (float) (scale0 >> 4)), -(dmin * (float) (scale1 >> 4)));
    return c;
}
