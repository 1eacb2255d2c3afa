// SPDX-License-Identifier: Apache-2.0
//
// out[n, m] = in[n, k] . w[m, k]^T, finished as ending says, for few activation rows: generation, limited by reading w once.
//
// A group of LANES work-items computes ROWS weight rows times COLS activation rows. Neighbouring work-items take neighbouring
// cells of a row, so that words of weights and activations are read side by side; then the group adds up what each summed.
// Group (x, y): weight rows from ROWS x, activation rows from COLS y. Assumes that ROWS COLS divides LANES. MATVEC is its name:
// a program has one per number of columns.

#define VALUES (ROWS * COLS)

kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void MATVEC(
        const global uchar *w, ulong bodies, ulong heads, const global float *bias, int ending,
        const global float *in, ulong in_at, global float *out, ulong out_at, int m, int k, int n) {
    int lane = get_local_id(0);
    int row0 = get_group_id(0) * ROWS;
    int col0 = get_group_id(1) * COLS;
    const global uchar *body[ROWS];
    const global uchar *head[ROWS];
    const global float *x[COLS];
    float sums[ROWS][COLS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        ulong row = min(row0 + r, m - 1);
        body[r] = w + bodies + row * (ulong) (k / BLOCK) * BODY;
        head[r] = w + heads + row * (ulong) (k / BLOCK) * HEAD;
        for (int c = 0; c < COLS; c++) {
            sums[r][c] = 0;
        }
    }
    for (int c = 0; c < COLS; c++) {
        x[c] = in + in_at + (ulong) min(col0 + c, n - 1) * k;
    }
    for (int cell = lane; cell < (k + 7) / 8; cell += LANES) {
        int place = PLACE(cell);
        float4 xa[COLS];
        float4 xb[COLS];
        for (int c = 0; c < COLS; c++) {
            xa[c] = quad(x[c], place, k);
            xb[c] = quad(x[c], place + SPREAD, k);
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            Cell weights = read_cell(body[r], head[r], cell, k);
#pragma unroll
            for (int c = 0; c < COLS; c++) {
                float sum = FMA(weights.factor.x, dot4(weights.a, xa[c]), sums[r][c]);
                sum = FMA(weights.factor.y, dot4(weights.b, xb[c]), sum);
#if HAS_TERM
                sum = FMA(weights.term.x, sum4(xa[c]), sum);
                sum = FMA(weights.term.y, sum4(xb[c]), sum);
#endif
                sums[r][c] = sum;
            }
        }
    }

    local float partial[VALUES][LANES];
#ifdef SUBGROUPS
    int team = get_sub_group_id();
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLS; c++) {
            float sum = sub_group_reduce_add(sums[r][c]);
            if (get_sub_group_local_id() == 0) {
                partial[r * COLS + c][team] = sum;
            }
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    int parts = get_num_sub_groups();
    int value = lane;
    bool writes = lane < VALUES;
#else
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLS; c++) {
            partial[r * COLS + c][lane] = sums[r][c];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    // Each value is folded by LANES / VALUES work-items first, then by one.
    int parts = LANES / VALUES;
    int value = lane / parts;
    int part = lane % parts;
    float folded = 0;
    for (int i = 0; i < VALUES; i++) {
        folded += partial[value][part + i * parts];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    partial[value][part] = folded;
    barrier(CLK_LOCAL_MEM_FENCE);
    bool writes = part == 0;
#endif
    int row = row0 + value / COLS;
    int col = col0 + value % COLS;
    if (writes && row < m && col < n) {
        float sum = 0;
        for (int i = 0; i < parts; i++) {
            sum += partial[value][i];
        }
        global float *to = out + out_at + (ulong) col * m + row;
        *to = finished(sum, ending, bias, row, ending & (ADD_OUT | SILU_OUT) ? *to : 0);
    }
}
