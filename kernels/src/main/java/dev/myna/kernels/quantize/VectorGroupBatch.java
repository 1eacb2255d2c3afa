// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.format.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** One vector for as many groups as it has lanes. */
final class VectorGroupBatch extends GroupBatch {
    private final boolean even;
    private final float lowest;
    private final float highest;

    VectorGroupBatch(int size, Levels levels) {
        super(size, levels);
        even = levels.even();
        lowest = levels.lowest();
        highest = levels.highest();
    }

    @Override
    void fit(float[] b, float[] inverse) {
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector vb = FloatVector.fromArray(Lanes.F, b, g);
            FloatVector vi = FloatVector.fromArray(Lanes.F, inverse, g);
            FloatVector q1 = FloatVector.zero(Lanes.F);
            FloatVector q2 = FloatVector.zero(Lanes.F);
            FloatVector xq = FloatVector.zero(Lanes.F);
            for (int i = g; i < x.length; i += GROUPS) {
                FloatVector vx = FloatVector.fromArray(Lanes.F, x, i);
                FloatVector q = round(vx.add(vb).mul(vi));
                FloatVector wq = FloatVector.fromArray(Lanes.F, w, i).mul(q);
                q1 = q1.add(wq);
                q2 = q2.add(wq.mul(q));
                xq = xq.add(wq.mul(vx));
            }
            q1.intoArray(sumQ, g);
            q2.intoArray(sumQq, g);
            xq.intoArray(sumXq, g);
        }
    }

    @Override
    void miss(float[] b, float[] step) {
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector vb = FloatVector.fromArray(Lanes.F, b, g);
            FloatVector vs = FloatVector.fromArray(Lanes.F, step, g);
            FloatVector vi = inverse(vs);
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = g; i < x.length; i += GROUPS) {
                FloatVector shifted = FloatVector.fromArray(Lanes.F, x, i).add(vb);
                FloatVector off = shifted.sub(vs.mul(round(shifted.mul(vi))));
                sum = sum.add(FloatVector.fromArray(Lanes.F, w, i).mul(off).mul(off));
            }
            sum.intoArray(error, g);
        }
    }

    @Override
    void choose(float[] b, float[] step, float[] q) {
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector vb = FloatVector.fromArray(Lanes.F, b, g);
            FloatVector vs = FloatVector.fromArray(Lanes.F, step, g);
            FloatVector vi = inverse(vs);
            FloatVector q1 = FloatVector.zero(Lanes.F);
            FloatVector q2 = FloatVector.zero(Lanes.F);
            FloatVector xq = FloatVector.zero(Lanes.F);
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = g; i < x.length; i += GROUPS) {
                FloatVector vx = FloatVector.fromArray(Lanes.F, x, i);
                FloatVector vw = FloatVector.fromArray(Lanes.F, w, i);
                FloatVector shifted = vx.add(vb);
                FloatVector level = round(shifted.mul(vi));
                level.intoArray(q, i);
                FloatVector wq = vw.mul(level);
                q1 = q1.add(wq);
                q2 = q2.add(wq.mul(level));
                xq = xq.add(wq.mul(vx));
                FloatVector off = shifted.sub(vs.mul(level));
                sum = sum.add(vw.mul(off).mul(off));
            }
            q1.intoArray(sumQ, g);
            q2.intoArray(sumQq, g);
            xq.intoArray(sumXq, g);
            sum.intoArray(error, g);
        }
    }

    /** As {@link ScaleSearch#inverse}. */
    private static FloatVector inverse(FloatVector step) {
        VectorMask<Float> something = step.abs().compare(VectorOperators.GE, ScaleSearch.NOTHING);
        return FloatVector.zero(Lanes.F).blend(FloatVector.broadcast(Lanes.F, 1).div(step), something);
    }

    private FloatVector round(FloatVector value) {
        if (even) {
            FloatVector above = value.blend(lowest, value.compare(VectorOperators.LT, lowest));
            FloatVector inside = above.blend(highest, above.compare(VectorOperators.GT, highest));
            return inside.add(Levels.ROUNDER).sub(Levels.ROUNDER);
        }
        FloatVector level = FloatVector.broadcast(Lanes.F, lowest);
        for (int i = 0; i < Levels.STEPS.length; i++) {
            level = level.add(Levels.STEPS[i], value.compare(VectorOperators.GE, Levels.MIDDLES[i]));
        }
        return level;
    }
}
