// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/** One element after the other: the specification, and what runs without vectors. */
final class ScalarGroupBatch extends GroupBatch {
    ScalarGroupBatch(int size, Levels levels) {
        super(size, levels);
    }

    @Override
    void fit(float[] b, float[] inverse) {
        for (int g = 0; g < GROUPS; g++) {
            float q1 = 0;
            float q2 = 0;
            float xq = 0;
            for (int i = g; i < x.length; i += GROUPS) {
                float q = levels.round((x[i] + b[g]) * inverse[g]);
                float wq = w[i] * q;
                q1 += wq;
                q2 += wq * q;
                xq += wq * x[i];
            }
            sumQ[g] = q1;
            sumQq[g] = q2;
            sumXq[g] = xq;
        }
    }

    @Override
    void miss(float[] b, float[] step) {
        for (int g = 0; g < GROUPS; g++) {
            float inverse = ScaleSearch.inverse(step[g]);
            float sum = 0;
            for (int i = g; i < x.length; i += GROUPS) {
                float q = levels.round((x[i] + b[g]) * inverse);
                float off = x[i] + b[g] - step[g] * q;
                sum += w[i] * off * off;
            }
            error[g] = sum;
        }
    }

    @Override
    void choose(float[] b, float[] step, float[] q) {
        float[] inverse = new float[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            inverse[g] = ScaleSearch.inverse(step[g]);
            for (int i = g; i < x.length; i += GROUPS) {
                q[i] = levels.round((x[i] + b[g]) * inverse[g]);
            }
        }
        fit(b, inverse);
        miss(b, step);
    }
}
