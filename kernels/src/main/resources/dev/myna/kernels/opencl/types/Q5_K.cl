// SPDX-License-Identifier: Apache-2.0
//
// Q5_K: body 32 bytes of fifth bits, 128 bytes of nibbles as in Q4_K; head f16 d, f16 dmin, 12 bytes of scales and minimums.
// Weight = d scale q - dmin minimum. Bit r of fifth-bit byte i belongs to weight i of the r-th run of 32. A cell is four
// nibble bytes.

#define PLACE(cell) (((cell) >> 3) * 64 + ((cell) & 7) * 4)
#define SPREAD 32
#define HAS_TERM 1
#define BODY 160
#define HEAD 16
#define BLOCK 256

// The scales and minimums of runs 2 pair and 2 pair + 1 of 32 weights: f16 d, f16 dmin, then 6 bits each in 12 bytes, the last
// four of them split over a nibble and two spare bits.
void scales_of(const global uchar *head, int pair, Cell *c) {
    float d = HALF(head, 0);
    float dmin = HALF(head, 2);
    int shift = (pair & 1) * 16;
    uint scales = WORD(head, 1) >> shift;
    uint minimums = WORD(head, 2) >> shift;
    if (pair >= 2) {
        uint low = WORD(head, 3) >> shift;
        scales = (low & 0x0f0f) | ((scales >> 2) & 0x3030);
        minimums = ((low >> 4) & 0x0f0f) | ((minimums >> 2) & 0x3030);
    }
    c->factor = (float2) (d * (float) (scales & 63), d * (float) ((scales >> 8) & 63));
    c->term = (float2) (-(dmin * (float) (minimums & 63)), -(dmin * (float) ((minimums >> 8) & 63)));
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    const global uchar *block = body + (cell >> 5) * BODY;
    uint word = WORD(block + 32, cell & 31);
    int pair = (cell >> 3) & 3;
    uint fifths = WORD(block, cell & 7) >> (2 * pair);
    Cell c;
    c.a = levels((bytes(word) & 15) | ((bytes(fifths) & 1) << 4), 0);
    c.b = levels((bytes(word >> 4) & 15) | ((bytes(fifths >> 1) & 1) << 4), 0);
    scales_of(head + (cell >> 5) * HEAD, pair, &c);
    return c;
}
