// SPDX-License-Identifier: Apache-2.0
//
// Q3_K: body 32 bytes of third bits, 64 bytes of bit pairs as in Q2_K; head 12 bytes of 6-bit scales, f16 d. Weight = d (scale -
// 32) (q - 4). Bit r of third-bit byte i belongs to weight i of the r-th run of 32. A cell is one pair of runs in four bytes.

#define PLACE(cell) (((cell) >> 5) * 256 + (((cell) >> 3) & 1) * 128 + (((cell) >> 4) & 1) * 64 + ((cell) & 7) * 4)
#define SPREAD 32
#define HAS_TERM 0
#define BODY 96
#define HEAD 14
#define BLOCK 256

float scale_of(const global uchar *scales, int run) {
    int low = (scales[run & 7] >> ((run >> 3) << 2)) & 15;
    int high = (scales[8 + (run & 3)] >> ((run >> 2) << 1)) & 3;
    return (float) ((low | high << 4) - 32);
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    const global uchar *block = body + (cell >> 5) * BODY;
    const global uchar *scales = head + (cell >> 5) * HEAD;
    uint word = WORD(block + 32, cell & 15);
    uint high = WORD(block, cell & 7);
    int half_block = (cell >> 3) & 1;
    int upper = (cell >> 4) & 1;
    int run = half_block * 8 + upper * 4 + ((cell >> 2) & 1);
    uint thirds = high >> (half_block * 4 + upper * 2);
    float d = HALF(scales, 12);
    Cell c;
    c.a = levels((bytes(word >> (upper * 4)) & 3) | ((bytes(thirds) & 1) << 2), 4);
    c.b = levels((bytes(word >> (upper * 4 + 2)) & 3) | ((bytes(thirds >> 1) & 1) << 2), 4);
    c.factor = (float2) (d * scale_of(scales, run), d * scale_of(scales, run + 2));
    c.term = (float2) (0);
    return c;
}
