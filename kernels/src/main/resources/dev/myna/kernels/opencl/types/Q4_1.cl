// SPDX-License-Identifier: Apache-2.0
//
// Q4_1: body 16 bytes of nibbles, byte i with weights i and i + 16; head f16 d, f16 m. Weight = d q + m. A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 1
#define BODY 16
#define HEAD 4
#define BLOCK 32

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    int at = (cell >> 2) * HEAD;
    Cell c;
    c.a = levels(bytes(word) & 15, 0);
    c.b = levels(bytes(word >> 4) & 15, 0);
    c.factor = (float2) (HALF(head, at));
    c.term = (float2) (HALF(head, at + 2));
    return c;
}
