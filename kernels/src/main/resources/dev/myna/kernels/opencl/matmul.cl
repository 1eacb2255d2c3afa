// SPDX-License-Identifier: Apache-2.0
//
// out[n, m] = in[n, k] . w[m, k]^T, finished as ending says, for many activation rows: prompts and images, limited by arithmetic.
//
// A group of TX x TY work-items computes BM weight rows times BN activation rows, each work-item RM x RN of them in registers.
// Step by step, four cells (32 weights) of each row are expanded into local memory beside the activations they meet; which of
// a row's places they take does not matter to the sum. Group (x, y): weight rows from BM x, activation rows from BN y.
// Assumes BM = TX RM, BN = TY RN, RM and RN multiples of 4. MATMUL is its name: a program has one per shape of tile.

#define STEP 32
#define PAD 4

kernel __attribute__((reqd_work_group_size(TX, TY, 1))) void MATMUL(
        const global uchar *w, ulong bodies, ulong heads, const global float *bias, int ending,
        const global float *in, ulong in_at, global float *out, ulong out_at, int m, int k, int n) {
    local float wt[STEP][BM + PAD];
    local float xt[STEP][BN + PAD];
    int tx = get_local_id(0);
    int ty = get_local_id(1);
    int id = ty * TX + tx;
    int row0 = get_group_id(0) * BM;
    int col0 = get_group_id(1) * BN;
    int cells = (k + 7) / 8;
    float sums[RN][RM];
#pragma unroll
    for (int c = 0; c < RN; c++) {
        for (int r = 0; r < RM; r++) {
            sums[c][r] = 0;
        }
    }
    for (int first = 0; first < cells; first += 4) {
        for (int i = id; i < BM * 4; i += TX * TY) {
            int row = i % BM;
            int cell = first + i / BM;
            float4 a = (float4) (0);
            float4 b = (float4) (0);
            if (row0 + row < m && cell < cells) {
                ulong blocks = (ulong) (row0 + row) * (k / BLOCK);
                Cell weights = read_cell(w + bodies + blocks * BODY, w + heads + blocks * HEAD, cell, k);
                a = weights.factor.x * weights.a;
                b = weights.factor.y * weights.b;
#if HAS_TERM
                a += weights.term.x;
                b += weights.term.y;
#endif
            }
            int at = i / BM * 8;
            wt[at][row] = a.x;
            wt[at + 1][row] = a.y;
            wt[at + 2][row] = a.z;
            wt[at + 3][row] = a.w;
            wt[at + 4][row] = b.x;
            wt[at + 5][row] = b.y;
            wt[at + 6][row] = b.z;
            wt[at + 7][row] = b.w;
        }
        for (int i = id; i < BN * 4; i += TX * TY) {
            int col = i % BN;
            int cell = first + i / BN;
            float4 a = (float4) (0);
            float4 b = (float4) (0);
            if (col0 + col < n && cell < cells) {
                const global float *x = in + in_at + (ulong) (col0 + col) * k;
                a = quad(x, PLACE(cell), k);
                b = quad(x, PLACE(cell) + SPREAD, k);
            }
            int at = i / BN * 8;
            xt[at][col] = a.x;
            xt[at + 1][col] = a.y;
            xt[at + 2][col] = a.z;
            xt[at + 3][col] = a.w;
            xt[at + 4][col] = b.x;
            xt[at + 5][col] = b.y;
            xt[at + 6][col] = b.z;
            xt[at + 7][col] = b.w;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = 0; i < STEP; i++) {
            float4 a[RM / 4];
#pragma unroll
            for (int q = 0; q < RM / 4; q++) {
                a[q] = vload4(0, &wt[i][(q * TX + tx) * 4]);
            }
#pragma unroll
            for (int p = 0; p < RN / 4; p++) {
                float4 b = vload4(0, &xt[i][(p * TY + ty) * 4]);
#pragma unroll
                for (int q = 0; q < RM / 4; q++) {
#define MULTIPLY(lane, at)                                                   \
    sums[p * 4 + at][q * 4] = FMA(a[q].x, b.lane, sums[p * 4 + at][q * 4]);             \
    sums[p * 4 + at][q * 4 + 1] = FMA(a[q].y, b.lane, sums[p * 4 + at][q * 4 + 1]);     \
    sums[p * 4 + at][q * 4 + 2] = FMA(a[q].z, b.lane, sums[p * 4 + at][q * 4 + 2]);     \
    sums[p * 4 + at][q * 4 + 3] = FMA(a[q].w, b.lane, sums[p * 4 + at][q * 4 + 3]);
                    MULTIPLY(x, 0)
                    MULTIPLY(y, 1)
                    MULTIPLY(z, 2)
                    MULTIPLY(w, 3)
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#pragma unroll
    for (int c = 0; c < RN; c++) {
        int col = col0 + (c / 4 * TY + ty) * 4 + c % 4;
#pragma unroll
        for (int r = 0; r < RM; r++) {
            int row = row0 + (r / 4 * TX + tx) * 4 + r % 4;
            finish(sums[c][r], out + out_at, m, n, row, col, ending, bias);
        }
    }
}
