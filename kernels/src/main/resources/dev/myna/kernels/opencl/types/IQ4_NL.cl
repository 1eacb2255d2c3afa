// SPDX-License-Identifier: Apache-2.0
//
// IQ4_NL: body 16 bytes of nibbles, byte i with weights i and i + 16; head f16 d. Weight = d level[q]. A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 0
#define BODY 16
#define HEAD 2
#define BLOCK 32

// The unevenly spaced levels a nibble selects.
constant float LEVELS[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

float4 selected(uint4 q) {
    return (float4) (LEVELS[q.x], LEVELS[q.y], LEVELS[q.z], LEVELS[q.w]);
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    Cell c;
    c.a = selected(bytes(word) & 15);
    c.b = selected(bytes(word >> 4) & 15);
    c.factor = (float2) (HALF(head, (cell >> 2) * HEAD));
    c.term = (float2) (0);
    return c;
}
