// SPDX-License-Identifier: Apache-2.0
//
// F16 in file order: a cell is eight neighbours. The last cell of a row may be short.

#define PLACE(cell) ((cell) * 8)
#define SPREAD 4
#define HAS_TERM 0
#define BODY 2
#define HEAD 0
#define BLOCK 1

float4 halves(const global half *row, int place, int k) {
    if (place + 4 <= k) {
        return vload_half4(0, row + place);
    }
    float4 values = (float4) (0);
    if (place < k) values.x = vload_half(place, row);
    if (place + 1 < k) values.y = vload_half(place + 1, row);
    if (place + 2 < k) values.z = vload_half(place + 2, row);
    return values;
}

Cell read_cell(const global uchar *body, const global uchar *head, int cell, int k) {
    Cell c;
    c.a = halves((const global half *) body, cell * 8, k);
    c.b = halves((const global half *) body, cell * 8 + 4, k);
    c.factor = (float2) (1);
    c.term = (float2) (0);
    return c;
}
