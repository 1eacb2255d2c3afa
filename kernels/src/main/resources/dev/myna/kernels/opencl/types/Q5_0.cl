// SPDX-License-Identifier: Apache-2.0
//
// Q5_0: body 16 bytes of nibbles, byte i with weights i and i + 16; head f16 d, 32 fifth bits (bit i of weight i).
// Weight = d (q - 16). A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 0
#define BODY 16
#define HEAD 6
#define BLOCK 32

// Four neighbouring bits as fifth bits of four quants.
uint4 fifths(uint bits) {
    return ((uint4) (bits << 4, bits << 3, bits << 2, bits << 1)) & 16;
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    const global ushort *scale = (const global ushort *) (head + (cell >> 2) * HEAD);
    int shift = (cell & 3) * 4;
    Cell c;
    c.a = levels((bytes(word) & 15) | fifths((uint) scale[1] >> shift), 16);
    c.b = levels((bytes(word >> 4) & 15) | fifths((uint) scale[2] >> shift), 16);
    c.factor = (float2) (HALF(head, (cell >> 2) * HEAD));
    c.term = (float2) (0);
    return c;
}
