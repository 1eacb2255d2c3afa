// SPDX-License-Identifier: Apache-2.0
//
// Operations that look at whole rows. A group of LANES work-items takes one row. LANES is a power of two.

// The sum, or the largest, of what the group's work-items hold; all of them receive it. Sub-groups, whatever their size, fold
// their own first.
float total(float mine, local float *shared) {
    float sum = 0;
#ifdef SUBGROUPS
    mine = sub_group_reduce_add(mine);
    if (get_sub_group_local_id() == 0) {
        shared[get_sub_group_id()] = mine;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = 0; i < get_num_sub_groups(); i++) {
        sum += shared[i];
    }
#else
    int lane = get_local_id(0);
    shared[lane] = mine;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_group = LANES / 2; half_group > 0; half_group /= 2) {
        if (lane < half_group) {
            shared[lane] += shared[lane + half_group];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    sum = shared[0];
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum;
}

float largest(float mine, local float *shared) {
    float most = -INFINITY;
#ifdef SUBGROUPS
    mine = sub_group_reduce_max(mine);
    if (get_sub_group_local_id() == 0) {
        shared[get_sub_group_id()] = mine;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = 0; i < get_num_sub_groups(); i++) {
        most = fmax(most, shared[i]);
    }
#else
    int lane = get_local_id(0);
    shared[lane] = mine;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_group = LANES / 2; half_group > 0; half_group /= 2) {
        if (lane < half_group) {
            shared[lane] = fmax(shared[lane], shared[lane + half_group]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    most = shared[0];
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
    return most;
}

kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void rms_norm(
        const global float *in, ulong in_at, const global float *gain, float eps, global float *out, ulong out_at,
        int width) {
    local float shared[LANES];
    const global float *x = in + in_at + (ulong) get_group_id(0) * width;
    global float *y = out + out_at + (ulong) get_group_id(0) * width;
    float squares = 0;
    for (int i = get_local_id(0); i < width; i += LANES) {
        squares = FMA(x[i], x[i], squares);
    }
    float factor = 1 / sqrt(total(squares, shared) / width + eps);
    for (int i = get_local_id(0); i < width; i += LANES) {
        y[i] = x[i] * factor * gain[i];
    }
}

// Everything is taken relative to the row's first element, so that rows far from zero lose nothing.
kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void layer_norm(
        const global float *in, ulong in_at, const global float *gain, const global float *bias, int biased, float eps,
        global float *out, ulong out_at, int width) {
    local float shared[LANES];
    const global float *x = in + in_at + (ulong) get_group_id(0) * width;
    global float *y = out + out_at + (ulong) get_group_id(0) * width;
    float origin = x[0];
    float sum = 0;
    for (int i = get_local_id(0); i < width; i += LANES) {
        sum += x[i] - origin;
    }
    float mean = total(sum, shared) / width;
    float squares = 0;
    for (int i = get_local_id(0); i < width; i += LANES) {
        float difference = x[i] - origin - mean;
        squares = FMA(difference, difference, squares);
    }
    float factor = 1 / sqrt(total(squares, shared) / width + eps);
    for (int i = get_local_id(0); i < width; i += LANES) {
        y[i] = FMA((x[i] - origin - mean) * factor, gain[i], biased ? bias[i] : 0);
    }
}

kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void softmax(global float *rows, ulong at, int width) {
    local float shared[LANES];
    global float *x = rows + at + (ulong) get_group_id(0) * width;
    float most = -INFINITY;
    for (int i = get_local_id(0); i < width; i += LANES) {
        most = fmax(most, x[i]);
    }
    most = largest(most, shared);
    float sum = 0;
    for (int i = get_local_id(0); i < width; i += LANES) {
        float weight = exp(x[i] - most);
        x[i] = weight;
        sum += weight;
    }
    sum = total(sum, shared);
    for (int i = get_local_id(0); i < width; i += LANES) {
        x[i] /= sum;
    }
}
