// SPDX-License-Identifier: Apache-2.0
//
// Rotary positions. turns[pair] is the rotation per position as a fraction of a full turn in 64 bits: position times turns,
// whole turns dropped by the overflow, is exact at any position, and what is left fits a float. Its last two bits are not part of
// the fraction: they are the number of the axis that the pair follows.

// Where the rows of a launch lie: at first, first + 1, ... on all axes, or, where by_axis is not null, at by_axis[3 * row + axis]. What
// turns also grows by the magnitude.
typedef struct {
    float magnitude;
    int first;
    const global int *by_axis;
} Place;

Place place_of(float magnitude, int first, int by_axis_at, const global int *by_axis) {
    Place place;
    place.magnitude = magnitude;
    place.first = first;
    place.by_axis = by_axis_at < 0 ? 0 : by_axis + by_axis_at;
    return place;
}

float2 cos_sin(Place place, int row, ulong turns) {
    ulong position = place.by_axis ? place.by_axis[3 * row + (int) (turns & 3)] : place.first + row;
    float half_turns = (float) (long) (position * (turns & ~3UL)) * 0x1p-63f;
    return place.magnitude * (float2) (cospi(half_turns), sinpi(half_turns));
}

// The rotated pair (x, y).
float2 turned(float x, float y, float2 by) {
    return (float2) (x * by.x - y * by.y, y * by.x + x * by.y);
}

// Rotates one pair of a head in place. adjacent: x[2 pair] with x[2 pair + 1], else x[pair] with x[pair + turning / 2].
void rotate_pair(global float *head, int turning, int pair, int adjacent, Place place, int row, const global ulong *turns) {
    int first = adjacent ? 2 * pair : pair;
    int second = adjacent ? first + 1 : pair + turning / 2;
    float2 rotated = turned(head[first], head[second], cos_sin(place, row, turns[pair]));
    head[first] = rotated.x;
    head[second] = rotated.y;
}

// Element i of a head as rotation leaves it: it turns if it is one of the first ones.
float rotated_element(
        const global float *head, int turning, int i, int adjacent, Place place, int row, const global ulong *turns) {
    if (i >= turning) {
        return head[i];
    }
    int pair = adjacent ? i / 2 : i % (turning / 2);
    bool second = adjacent ? i % 2 != 0 : i >= turning / 2;
    float x = head[adjacent ? i & ~1 : pair];
    float y = head[adjacent ? i | 1 : pair + turning / 2];
    float2 rotated = turned(x, y, cos_sin(place, row, turns[pair]));
    return second ? rotated.y : rotated.x;
}

// Rows of heads at a place. Work-items: (pairs of a head, heads, rows).
kernel void rope(global float *x, ulong x_at, int dim, int turning, float magnitude, int adjacent, int first, int by_axis_at,
        const global int *by_axis, ulong turns_at, const global ulong *turns) {
    int pair = get_global_id(0);
    if (pair < turning / 2) {
        int row = get_global_id(2);
        ulong head = (ulong) row * get_global_size(1) + get_global_id(1);
        Place place = place_of(magnitude, first, by_axis_at, by_axis);
        rotate_pair(x + x_at + head * dim, turning, pair, adjacent, place, row, turns + turns_at);
    }
}
