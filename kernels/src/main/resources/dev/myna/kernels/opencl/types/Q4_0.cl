// SPDX-License-Identifier: Apache-2.0
//
// Q4_0: body 16 bytes of nibbles, byte i with weights i and i + 16; head f16 d. Weight = d (q - 8). A cell is four bytes.

#define PLACE(cell) (((cell) >> 2) * 32 + ((cell) & 3) * 4)
#define SPREAD 16
#define HAS_TERM 0
#define BODY 16
#define HEAD 2
#define BLOCK 32

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    Cell c;
    c.a = levels(bytes(word) & 15, 8);
    c.b = levels(bytes(word >> 4) & 15, 8);
    c.factor = (float2) (HALF(head, (cell >> 2) * HEAD));
    c.term = (float2) (0);
    return c;
}
