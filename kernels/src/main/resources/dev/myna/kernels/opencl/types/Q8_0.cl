// SPDX-License-Identifier: Apache-2.0
//
// Q8_0: body 32 signed bytes; head f16 d. Weight = d q. A cell is eight neighbours.

#define PLACE(cell) ((cell) * 8)
#define SPREAD 4
#define HAS_TERM 0
#define BODY 32
#define HEAD 2
#define BLOCK 32

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    // Turning the sign bit over adds 128.
    uint2 words = ((const global uint2 *) body)[cell] ^ 0x80808080u;
    Cell c;
    c.a = levels(bytes(words.x) & 255, 128);
    c.b = levels(bytes(words.y) & 255, 128);
    c.factor = (float2) (HALF(head, (cell >> 2) * HEAD));
    c.term = (float2) (0);
    return c;
}
