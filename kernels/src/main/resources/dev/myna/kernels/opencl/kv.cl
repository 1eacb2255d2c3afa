// SPDX-License-Identifier: Apache-2.0
//
// Storing keys and values of one layer, with the rotation of queries and keys on the way.
//
// Per head, keys lie in groups of 16 positions so that work-items of neighbouring positions read side by side:
//   F32 [dim][16]; F16 [dim / 2][16][2]; Q8_0 per 32 elements 16 f16 scales, then [8][16][4] signed bytes.
// Values lie position by position: F32 and F16 [dim]; Q8_0 per 32 elements an f16 scale, then 32 signed bytes.
// KEY_TYPE and VALUE_TYPE are ggml's type ids: 0, 1 or 8.

#define PIECE(type) ((type) == 8 ? 32 : 1)

// An f16 scale and the signed bytes of 32 elements, as ggml quantizes to Q8_0.
float q8_scale(const float *x) {
    float most = 0;
    for (int i = 0; i < 32; i++) {
        most = isnan(x[i]) || isnan(most) ? NAN : fmax(most, fabs(x[i]));
    }
    return most / 127;
}

char q8(float x, float scale) {
    return scale == 0 ? 0 : convert_char_sat_rte(x * (1 / scale));
}

void put_key(global uchar *region, int dim, int position, int i, const float *x) {
    ulong group = position / 16;
    int slot = position % 16;
#if KEY_TYPE == 0
    ((global float *) region)[(group * dim + i) * 16 + slot] = x[0];
#elif KEY_TYPE == 1
    vstore_half_rte(x[0], (group * dim + (i & ~1)) * 16 + slot * 2 + (i & 1), (global half *) region);
#else
    global uchar *block = region + (group * (dim / 32) + i / 32) * 544;
    float scale = q8_scale(x);
    vstore_half_rte(scale, slot, (global half *) block);
    for (int j = 0; j < 32; j++) {
        ((global char *) block)[32 + j / 4 * 64 + slot * 4 + j % 4] = q8(x[j], scale);
    }
#endif
}

void put_value(global uchar *region, int dim, int position, int i, const float *x) {
#if VALUE_TYPE == 0
    ((global float *) region)[(ulong) position * dim + i] = x[0];
#elif VALUE_TYPE == 1
    vstore_half_rte(x[0], (ulong) position * dim + i, (global half *) region);
#else
    global uchar *block = region + ((ulong) position * (dim / 32) + i / 32) * 34;
    float scale = q8_scale(x);
    vstore_half_rte(scale, 0, (global half *) block);
    for (int j = 0; j < 32; j++) {
        ((global char *) block)[2 + j] = q8(x[j], scale);
    }
#endif
}

// Rows at positions first, first + 1, ... of one sequence. Work-items: (elements of a head, kv heads then query heads, rows).
// rotation: 0 none, 1 adjacent pairs, 2 halves, of the elements that turn; rotary positions begin at rope_first or are by axis (rope.cl). The keys themselves
// are left as they are. A layer has room for so many positions; more take the places of the oldest.
kernel void store_kv(
        const global float *keys, ulong keys_at, const global float *values, ulong values_at,
        global float *query, ulong query_at, global uchar *cache, ulong key_region, ulong value_region, ulong values_from,
        int heads, int dim, int room, int first, int rotation, int turning, float magnitude, int rope_first, int by_axis_at, const global int *by_axis,
        ulong turns_at, const global ulong *turns) {
    int unit = get_global_id(0);
    int head = get_global_id(1);
    int row = get_global_id(2);
    int position = (first + row) % room;
    Place place = place_of(magnitude, rope_first, by_axis_at, by_axis);
    turns += turns_at;
    if (head >= heads) {
        int query_heads = get_global_size(1) - heads;
        if (unit < turning / 2) {
            global float *x = query + query_at + ((ulong) row * query_heads + head - heads) * dim;
            rotate_pair(x, turning, unit, rotation == 1, place, row, turns);
        }
        return;
    }
    ulong at = ((ulong) row * heads + head) * dim;
    float x[32];
    int i = unit * PIECE(KEY_TYPE);
    if (i < dim) {
        const global float *from = keys + keys_at + at;
        for (int j = 0; j < PIECE(KEY_TYPE); j++) {
            x[j] = rotation == 0 ? from[i + j] : rotated_element(from, turning, i + j, rotation == 1, place, row, turns);
        }
        put_key(cache + head * key_region, dim, position, i, x);
    }
    i = unit * PIECE(VALUE_TYPE);
    if (i < dim) {
        for (int j = 0; j < PIECE(VALUE_TYPE); j++) {
            x[j] = values[values_at + at + i + j];
        }
        put_value(cache + values_from + head * value_region, dim, position, i, x);
    }
}
