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
