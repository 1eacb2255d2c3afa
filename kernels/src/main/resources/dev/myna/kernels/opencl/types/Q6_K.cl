// SPDX-License-Identifier: Apache-2.0
//
// Q6_K: body 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed byte scales (one per 16 weights); head f16 d.
// Weight = d scale (q - 32). Each half of 128 weights takes 64 nibble bytes and 32 pair bytes; its run r of 32 weights lies in
// nibble bytes 32 (r mod 2) onward (low halves for r < 2) and in bits 2r and 2r + 1 of the pair bytes. A cell is four nibble
// bytes.

#define PLACE(cell) (((cell) >> 4) * 128 + (((cell) >> 3) & 1) * 32 + ((cell) & 7) * 4)
#define SPREAD 64
#define HAS_TERM 0
#define BODY 208
#define HEAD 2
#define BLOCK 256

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    const global uchar *block = body + (cell >> 5) * BODY;
    int half_block = (cell >> 4) & 1;
    int odd = (cell >> 3) & 1;
    uint word = WORD(block, cell & 31);
    uint pairs = WORD(block + 128, half_block * 8 + (cell & 7)) >> (odd * 2);
    const global char *scales =
            (const global char *) block + 192 + half_block * 8 + odd * 2 + ((cell >> 2) & 1);
    float d = HALF(head, (cell >> 5) * HEAD);
    Cell c;
    c.a = levels((bytes(word) & 15) | ((bytes(pairs) & 3) << 4), 32);
    c.b = levels((bytes(word >> 4) & 15) | ((bytes(pairs >> 4) & 3) << 4), 32);
    c.factor = (float2) (d * (float) scales[0], d * (float) scales[4]);
    c.term = (float2) (0);
    return c;
}
