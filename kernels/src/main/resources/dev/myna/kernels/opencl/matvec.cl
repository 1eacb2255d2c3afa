// SPDX-License-Identifier: Apache-2.0
//
// out[n, m] = in[n, k] . w[m, k]^T, finished as ending says, for few activation rows: generation, limited by reading w once.
//
// A team of LANES work-items computes ROWS weight rows times COLS activation rows. Neighbouring work-items take neighbouring
// cells of a row, so that words of weights and activations are read side by side; then the team adds up what each summed.
// A group is TEAMS teams. Group (x, y): weight rows from ROWS TEAMS x, activation rows from COLS y. Assumes powers of two.
// MATVEC is its name: a program has one per number of columns. LANES 1 is for processors that gain nothing from neighbours.

#define VALUES (ROWS * COLS)

kernel __attribute__((reqd_work_group_size(LANES * TEAMS, 1, 1))) OF_SUBGROUPS void MATVEC(
        const global uchar *w, ulong bodies, ulong heads, const global float *bias, int ending,
        const global float *in, ulong in_at, global float *out, ulong out_at, int m, int k, int n) {
#ifdef TEAMS_ARE_SUBGROUPS
    int lane = get_sub_group_local_id();
    int team = get_sub_group_id();
#else
    int lane = get_local_id(0) % LANES;
    int team = get_local_id(0) / LANES;
#endif
    int row0 = (get_group_id(0) * TEAMS + team) * ROWS;
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

    out += out_at;
#if LANES == 1
    for (int v = 0; v < VALUES; v++) {
        finish(sums[v / COLS][v % COLS], out, m, n, row0 + v / COLS, col0 + v % COLS, ending, bias);
    }
#elif defined(TEAMS_ARE_SUBGROUPS)
    float kept[(VALUES + LANES - 1) / LANES];
#pragma unroll
    for (int v = 0; v < VALUES; v++) {
        float sum = sub_group_reduce_add(sums[v / COLS][v % COLS]);
        kept[v / LANES] = v % LANES == lane ? sum : kept[v / LANES];
    }
    for (int v = lane; v < VALUES; v += LANES) {
        finish(kept[v / LANES], out, m, n, row0 + v / COLS, col0 + v % COLS, ending, bias);
    }
#else
    local float partial[TEAMS][VALUES][LANES];
#if defined(SUBGROUPS) && TEAMS == 1
    // Sub-groups of whatever size fold theirs, then one work-item per value what is left.
    for (int v = 0; v < VALUES; v++) {
        float sum = sub_group_reduce_add(sums[v / COLS][v % COLS]);
        if (get_sub_group_local_id() == 0) {
            partial[0][v][get_sub_group_id()] = sum;
        }
    }
    int parts = get_num_sub_groups();
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int v = lane; v < VALUES; v += LANES) {
#else
    for (int v = 0; v < VALUES; v++) {
        partial[team][v][lane] = sums[v / COLS][v % COLS];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
#if LANES > VALUES
    // Each value is folded by LANES / VALUES work-items first, then by one.
    int parts = LANES / VALUES;
    int v = lane / parts;
    int part = lane % parts;
    float folded = 0;
    for (int i = part; i < LANES; i += parts) {
        folded += partial[team][v][i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    partial[team][v][part] = folded;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (part == 0) {
#else
    int parts = LANES;
    for (int v = lane; v < VALUES; v += LANES) {
#endif
#endif
        float sum = 0;
        for (int i = 0; i < parts; i++) {
            sum += partial[team][v][i];
        }
        finish(sum, out, m, n, row0 + v / COLS, col0 + v % COLS, ending, bias);
    }
#endif
}
