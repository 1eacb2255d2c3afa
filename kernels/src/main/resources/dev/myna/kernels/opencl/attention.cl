// SPDX-License-Identifier: Apache-2.0
//
// Attention of QUERIES rows of one head, block by block of LANES keys, without ever storing all scores: each row keeps the
// largest score so far, the sum of weights and the weighted values, and rescales them when a larger score turns up.
//
// A group of LANES work-items: for scores each takes one key, for sums each takes PER elements of the values (lane, lane
// + LANES, ...). Assumes that 4 divides LANES. Group (x, y, z): span x of the keys, head y, rows from QUERIES z. With more than
// one span the results are partial, and combine folds them. KEY_TYPE and VALUE_TYPE as in kv.cl, or -1 for rows of activations
// [position][kv heads][dim]. ATTEND and KEY_DOT are names: a program has one pair per number of queries.

// With RING, a layer has room for fewer positions than there are: a newer one takes the place of the oldest.

#ifdef RING
#define ROOM_AT(position) ((position) % room)
#else
#define ROOM_AT(position) (position)
#endif

// Products of QUERIES queries with one key.

void KEY_DOT(const global uchar *region, int dim, int stride, int position, const local float *q, float *dots) {
    ulong group = position / 16;
    int slot = position % 16;
#pragma unroll
    for (int r = 0; r < QUERIES; r++) {
        dots[r] = 0;
    }
#if KEY_TYPE == -1
    const global float *key = (const global float *) region + (ulong) position * stride;
    for (int i = 0; i < dim; i++) {
        float value = key[i];
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            dots[r] = FMA(q[r * dim + i], value, dots[r]);
        }
    }
#elif KEY_TYPE == 0
    const global float *key = (const global float *) region + group * dim * 16 + slot;
    for (int i = 0; i < dim; i++) {
        float value = key[i * 16];
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            dots[r] = FMA(q[r * dim + i], value, dots[r]);
        }
    }
#elif KEY_TYPE == 1
    const global half *key = (const global half *) region + group * dim * 16;
    for (int i = 0; i < dim; i += 2) {
        float2 value = vload_half2(i / 2 * 16 + slot, key);
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            dots[r] = FMA(q[r * dim + i], value.x, FMA(q[r * dim + i + 1], value.y, dots[r]));
        }
    }
#else
    for (int start = 0; start < dim; start += 32) {
        const global uchar *block = region + (group * (dim / 32) + start / 32) * 544;
        float scale = vload_half(slot, (const global half *) block);
        for (int i = 0; i < 32; i += 4) {
            float4 value = scale * convert_float4(vload4(0, (const global char *) block + 32 + i * 16 + slot * 4));
#pragma unroll
            for (int r = 0; r < QUERIES; r++) {
                dots[r] += dot4(vload4(0, q + r * dim + start + i), value);
            }
        }
    }
#endif
}

// keys and values: from where head 0 begins, regions apart in bytes. Row i sees keys
// min(max(0, lowest + i), block) to visible + i step (step 1: causal). Scores are bounded by soft_cap, unless it is 0.
kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void ATTEND(
        const global float *query, ulong query_at, const global uchar *keys, ulong keys_at, ulong key_region,
        const global uchar *values, ulong values_at, ulong value_region, int stride,
        global float *out, ulong out_at, global float *partial,
        int rows, int heads, int sharing, int dim, float scale, float soft_cap, int visible, int step, int lowest, int block_first, int span,
        int room, local float *q) {
    local float weights[QUERIES][LANES];
    int lane = get_local_id(0);
    int head = get_group_id(1);
    int row0 = get_group_id(2) * QUERIES;
    int first = min(max(0, lowest + row0), block_first) & ~15;
    int spans = get_num_groups(0);
    int from = first + get_group_id(0) * span;
    int most = visible + step * (min(row0 + QUERIES, rows) - 1);
    int to = spans == 1 ? most : min(from + span, most);
    const global uchar *key_head = keys + keys_at + head / sharing * key_region;
    const global uchar *value_head = values + values_at + head / sharing * value_region;

    for (int i = lane; i < QUERIES * dim; i += LANES) {
        int row = min(row0 + i / dim, rows - 1);
        q[i] = query[query_at + ((ulong) row * heads + head) * dim + i % dim] * scale;
    }
    float sums[QUERIES][PER];
    float largest[QUERIES];
    float total[QUERIES];
#pragma unroll
    for (int r = 0; r < QUERIES; r++) {
        largest[r] = -INFINITY;
        total[r] = 0;
#pragma unroll
        for (int t = 0; t < PER; t++) {
            sums[r][t] = 0;
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);

    for (int block = from; block < to; block += LANES) {
        float dots[QUERIES];
        if (block + lane < to) {
            KEY_DOT(key_head, dim, stride, ROOM_AT(block + lane), q, dots);
        }
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            bool sees = block + lane < min(to, visible + step * (row0 + r))
                    && block + lane >= min(max(0, lowest + row0 + r), block_first);
            float score = soft_cap == 0 ? dots[r] : soft_cap * tanh(dots[r] / soft_cap);
            weights[r][lane] = sees ? score : -INFINITY;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float mine[QUERIES];
        float before[QUERIES];
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            float4 four = vload4(0, weights[r]);
            for (int j = 4; j < LANES; j += 4) {
                four = fmax(four, vload4(0, &weights[r][j]));
            }
            float most_now = fmax(largest[r], fmax(fmax(four.x, four.y), fmax(four.z, four.w)));
            // A row that sees nothing yet stays empty.
            float base = most_now == -INFINITY ? 0 : most_now;
            before[r] = exp(largest[r] - base);
            mine[r] = exp(weights[r][lane] - base);
            largest[r] = most_now;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int r = 0; r < QUERIES; r++) {
            weights[r][lane] = mine[r];
            total[r] *= before[r];
#pragma unroll
            for (int t = 0; t < PER; t++) {
                sums[r][t] *= before[r];
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        int count = min(LANES, to - block);
        for (int j = 0; j < count; j++) {
            int place = ROOM_AT(block + j);
            float value[PER];
#pragma unroll
            for (int t = 0; t < PER; t++) {
                int i = lane + t * LANES;
                value[t] = i < dim ? value_at(value_head, dim, stride, place, i) : 0;
            }
#pragma unroll
            for (int r = 0; r < QUERIES; r++) {
                float weight = weights[r][j];
                total[r] += weight;
#pragma unroll
                for (int t = 0; t < PER; t++) {
                    sums[r][t] = FMA(weight, value[t], sums[r][t]);
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    for (int r = 0; r < QUERIES && row0 + r < rows; r++) {
        ulong unit = (ulong) (row0 + r) * heads + head;
        if (spans == 1) {
            for (int t = 0; t < PER && lane + t * LANES < dim; t++) {
                out[out_at + unit * dim + lane + t * LANES] = sums[r][t] / total[r];
            }
        } else {
            global float *part = partial + (unit * spans + get_group_id(0)) * (dim + 2);
            for (int t = 0; t < PER && lane + t * LANES < dim; t++) {
                part[2 + lane + t * LANES] = sums[r][t];
            }
            if (lane == 0) {
                part[0] = largest[r];
                part[1] = total[r];
            }
        }
    }
}
