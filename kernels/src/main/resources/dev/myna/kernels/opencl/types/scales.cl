// SPDX-License-Identifier: Apache-2.0
//
// What the heads of Q4_K and Q5_K have in common; stands before them.

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
