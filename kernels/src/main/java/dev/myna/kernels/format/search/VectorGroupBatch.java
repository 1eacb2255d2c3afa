// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One vector for as many groups as it has lanes. Running sums are arguments, never receivers: in a loop the compiler knows the
 * class of an argument, which is cast, but that of a receiver only from a profile, and without one it calls and allocates.
 */
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
                q1 = wq.add(q1);
                q2 = wq.mul(q).add(q2);
                xq = wq.mul(vx).add(xq);
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
                sum = FloatVector.fromArray(Lanes.F, w, i).mul(off).mul(off).add(sum);
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
                q1 = wq.add(q1);
                q2 = wq.mul(level).add(q2);
                xq = wq.mul(vx).add(xq);
                FloatVector off = shifted.sub(vs.mul(level));
                sum = vw.mul(off).mul(off).add(sum);
            }
            q1.intoArray(sumQ, g);
            q2.intoArray(sumQq, g);
            xq.intoArray(sumXq, g);
            sum.intoArray(error, g);
        }
    }

    @Override
    boolean keepGain(float[] inverse, float factor, float[] unit, float[] xq, float[] qq) {
        boolean any = false;
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector vi = FloatVector.fromArray(Lanes.F, inverse, g).mul(factor);
            FloatVector nextXq = FloatVector.zero(Lanes.F);
            FloatVector nextQq = FloatVector.zero(Lanes.F);
            for (int i = g; i < x.length; i += GROUPS) {
                FloatVector vx = FloatVector.fromArray(Lanes.F, x, i);
                FloatVector q = round(vx.mul(vi));
                FloatVector wq = FloatVector.fromArray(Lanes.F, w, i).mul(q);
                nextQq = wq.mul(q).add(nextQq);
                nextXq = wq.mul(vx).add(nextXq);
            }
            FloatVector scaled = nextXq.mul(FloatVector.fromArray(Lanes.F, unit, g));
            FloatVector lastXq = FloatVector.fromArray(Lanes.F, xq, g);
            FloatVector lastQq = FloatVector.fromArray(Lanes.F, qq, g);
            // a a b and what rounding takes off it, twice
            FloatVector square = scaled.mul(scaled);
            FloatVector next = square.mul(lastQq);
            FloatVector nextRest = square.fma(lastQq, next.neg())
                    .add(scaled.fma(scaled, square.neg()).mul(lastQq));
            FloatVector lastSquare = lastXq.mul(lastXq);
            FloatVector last = lastSquare.mul(nextQq);
            FloatVector lastRest = lastSquare
                    .fma(nextQq, last.neg())
                    .add(lastXq.fma(lastXq, lastSquare.neg()).mul(nextQq));
            VectorMask<Float> more = next.sub(last).add(nextRest.sub(lastRest)).compare(VectorOperators.GT, 0);
            lastXq.blend(scaled, more).intoArray(xq, g);
            lastQq.blend(nextQq, more).intoArray(qq, g);
            any |= more.anyTrue();
        }
        return any;
    }

    @Override
    void keepInteger(float[] unit, float[] n, float[] minError, float[] best) {
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector vn = FloatVector.fromArray(Lanes.F, n, g);
            FloatVector vs = FloatVector.fromArray(Lanes.F, unit, g).mul(vn);
            FloatVector vi = inverse(vs);
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = g; i < x.length; i += GROUPS) {
                FloatVector vx = FloatVector.fromArray(Lanes.F, x, i);
                FloatVector off = vx.sub(vs.mul(round(vx.mul(vi))));
                sum = FloatVector.fromArray(Lanes.F, w, i).mul(off).mul(off).add(sum);
            }
            FloatVector last = FloatVector.fromArray(Lanes.F, minError, g);
            VectorMask<Float> less = sum.compare(VectorOperators.LT, last);
            last.blend(sum, less).intoArray(minError, g);
            FloatVector.fromArray(Lanes.F, best, g).blend(vn, less).intoArray(best, g);
        }
    }

    @Override
    void roundOff(float[] number, float[] weight, float[] unit, int lowest, int highest, float[] cost) {
        for (int g = 0; g < GROUPS; g += Lanes.W) {
            FloatVector wanted = FloatVector.fromArray(Lanes.F, number, g);
            FloatVector vu = FloatVector.fromArray(Lanes.F, unit, g);
            FloatVector multiple = roundEven(wanted.mul(inverse(vu)), lowest, highest);
            FloatVector off = wanted.sub(vu.mul(multiple));
            FloatVector.fromArray(Lanes.F, weight, g).mul(off).mul(off).intoArray(cost, g);
        }
    }

    /** As {@link ScaleSearch#inverse}. */
    private static FloatVector inverse(FloatVector step) {
        VectorMask<Float> something = step.abs().compare(VectorOperators.GE, ScaleSearch.NOTHING);
        return FloatVector.zero(Lanes.F).blend(FloatVector.broadcast(Lanes.F, 1).div(step), something);
    }

    private FloatVector round(FloatVector value) {
        if (even) {
            return roundEven(value, lowest, highest);
        }
        FloatVector level = FloatVector.broadcast(Lanes.F, lowest);
        for (int i = 0; i < Levels.STEPS.length; i++) {
            VectorMask<Float> further = value.compare(VectorOperators.GE, Levels.MIDDLES[i]);
            level = FloatVector.zero(Lanes.F).blend(Levels.STEPS[i], further).add(level);
        }
        return level;
    }

    private static FloatVector roundEven(FloatVector value, float lowest, float highest) {
        FloatVector above = value.blend(lowest, value.compare(VectorOperators.LT, lowest));
        FloatVector inside = above.blend(highest, above.compare(VectorOperators.GT, highest));
        return inside.add(Levels.ROUNDER).sub(Levels.ROUNDER);
    }
}
