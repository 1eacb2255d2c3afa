// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

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

    @Override
    boolean keepGain(float[] inverse, float factor, float[] unit, float[] xq, float[] qq) {
        float[] inverses = new float[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            inverses[g] = inverse[g] * factor;
        }
        fit(new float[GROUPS], inverses);
        boolean any = false;
        for (int g = 0; g < GROUPS; g++) {
            float scaled = sumXq[g] * unit[g];
            float square = scaled * scaled;
            float next = square * qq[g];
            float nextRest = Math.fma(square, qq[g], -next) + Math.fma(scaled, scaled, -square) * qq[g];
            float lastSquare = xq[g] * xq[g];
            float last = lastSquare * sumQq[g];
            float lastRest = Math.fma(lastSquare, sumQq[g], -last) + Math.fma(xq[g], xq[g], -lastSquare) * sumQq[g];
            if (next - last + (nextRest - lastRest) > 0) {
                xq[g] = scaled;
                qq[g] = sumQq[g];
                any = true;
            }
        }
        return any;
    }

    @Override
    void keepInteger(float[] unit, float[] n, float[] minError, float[] best) {
        float[] step = new float[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            step[g] = unit[g] * n[g];
        }
        miss(new float[GROUPS], step);
        for (int g = 0; g < GROUPS; g++) {
            if (error[g] < minError[g]) {
                minError[g] = error[g];
                best[g] = n[g];
            }
        }
    }

    @Override
    void roundOff(float[] number, float[] weight, float[] unit, int lowest, int highest, float[] cost) {
        for (int g = 0; g < GROUPS; g++) {
            float multiple = number[g] * ScaleSearch.inverse(unit[g]);
            float inside = Math.max(lowest, Math.min(highest, multiple));
            float off = number[g] - unit[g] * (inside + Levels.ROUNDER - Levels.ROUNDER);
            cost[g] = weight[g] * off * off;
        }
    }
}
