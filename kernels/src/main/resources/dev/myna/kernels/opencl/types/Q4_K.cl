// SPDX-License-Identifier: Apache-2.0
//
// Q4_K: body 128 bytes of nibbles; head f16 d, f16 dmin, 12 bytes of scales and minimums. Weight = d scale q - dmin minimum.
// Bytes 32 c to 32 c + 31 hold weights 64 c to 64 c + 31 in their low halves and the next 32 in their high ones. A cell is
// four bytes.

#define PLACE(cell) (((cell) >> 3) * 64 + ((cell) & 7) * 4)
#define SPREAD 32
#define HAS_TERM 1
#define BODY 128
#define HEAD 16
#define BLOCK 256

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    uint word = WORD(body, cell);
    Cell c;
    c.a = levels(bytes(word) & 15, 0);
    c.b = levels(bytes(word >> 4) & 15, 0);
    scales_of(head + (cell >> 5) * HEAD, (cell >> 3) & 3, &c);
    return c;
}
