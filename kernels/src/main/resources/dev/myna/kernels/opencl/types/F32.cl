// SPDX-License-Identifier: Apache-2.0
//
// F32 in file order: a cell is eight neighbours. The last cell of a row may be short.

#define PLACE(cell) ((cell) * 8)
#define SPREAD 4
#define HAS_TERM 0
#define BODY 4
#define HEAD 0
#define BLOCK 1

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    Cell c;
    c.a = quad((const global float *) body, cell * 8, k);
    c.b = quad((const global float *) body, cell * 8 + 4, k);
    c.factor = (float2) (1);
    c.term = (float2) (0);
    return c;
}
