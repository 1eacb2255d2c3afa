// SPDX-License-Identifier: Apache-2.0
//
// BF16, the upper half of an F32, in file order: a cell is eight neighbours. The last cell of a row may be short.

#define PLACE(cell) ((cell) * 8)
#define SPREAD 4
#define HAS_TERM 0
#define BODY 2
#define HEAD 0
#define BLOCK 1

float4 uppers(const global ushort *row, int place, int k) {
    if (place + 4 <= k) {
        return as_float4(convert_uint4(vload4(0, row + place)) << 16);
    }
    float4 values = (float4) (0);
    if (place < k) values.x = as_float((uint) row[place] << 16);
    if (place + 1 < k) values.y = as_float((uint) row[place + 1] << 16);
    if (place + 2 < k) values.z = as_float((uint) row[place + 2] << 16);
    return values;
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    Cell c;
    c.a = uppers((const global ushort *) body, cell * 8, k);
    c.b = uppers((const global ushort *) body, cell * 8 + 4, k);
    c.factor = (float2) (1);
    c.term = (float2) (0);
    return c;
}
