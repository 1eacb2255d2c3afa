// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table, expanded: of token embeddings, and of position embeddings to add. A work-item expands one cell.

void expand(const global uchar *w, ulong bodies, ulong heads, int row, int cell, int k, float4 *a, float4 *b) {
    ulong blocks = (ulong) row * (k / BLOCK);
    Cell weights = read_cell(w + bodies + blocks * BODY, w + heads + blocks * HEAD, cell, k);
    *a = weights.factor.x * weights.a;
    *b = weights.factor.y * weights.b;
#if HAS_TERM
    *a += weights.term.x;
    *b += weights.term.y;
#endif
}

void put(float4 values, global float *row, int place, int k) {
    if (place < k) row[place] = values.x;
    if (place + 1 < k) row[place + 1] = values.y;
    if (place + 2 < k) row[place + 2] = values.z;
    if (place + 3 < k) row[place + 3] = values.w;
}

// out[0, k] = row id of w. Work-items: cells of a row.
kernel void embed(const global uchar *w, ulong bodies, ulong heads, int id, global float *out, ulong out_at, int k) {
    int cell = get_global_id(0);
    if (cell * 8 < k) {
        float4 a;
        float4 b;
        expand(w, bodies, heads, id, cell, k, &a, &b);
        put(a, out + out_at, PLACE(cell), k);
        put(b, out + out_at, PLACE(cell) + SPREAD, k);
    }
}

// x[i, k] += row i % period of w. Work-items: (cells of a row, rows).
kernel void add_rows(const global uchar *w, ulong bodies, ulong heads, int period, global float *x, ulong x_at, int k) {
    int cell = get_global_id(0);
    int i = get_global_id(1);
    if (cell * 8 < k) {
        float4 a;
        float4 b;
        expand(w, bodies, heads, i % period, cell, k, &a, &b);
        global float *row = x + x_at + (ulong) i * k;
        put(quad(row, PLACE(cell), k) + a, row, PLACE(cell), k);
        put(quad(row, PLACE(cell) + SPREAD, k) + b, row, PLACE(cell) + SPREAD, k);
    }
}
