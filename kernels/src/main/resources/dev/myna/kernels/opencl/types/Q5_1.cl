// SPDX-License-Identifier: Apache-2.0
//
// Q5_1: body 16 bytes of nibbles, byte i with weights i and i + 16; head f16 d, f16 m, 32 fifth bits (bit i of weight i).
// Weight = d q + m. A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 1
#define BODY 16
#define HEAD 8
#define BLOCK 32

// Four neighbouring bits as fifth bits of four quants.
uint4 fifths(uint bits) {
    return ((uint4) (bits << 4, bits << 3, bits << 2, bits << 1)) & 16;
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    int at = (cell >> 2) * HEAD;
    uint high = WORD(head + at, 1) >> ((cell & 3) * 4);
    Cell c;
    c.a = levels((bytes(word) & 15) | fifths(high), 0);
    c.b = levels((bytes(word >> 4) & 15) | fifths(high >> 16), 0);
    c.factor = (float2) (HALF(head, at));
    c.term = (float2) (HALF(head, at + 2));
    return c;
}
