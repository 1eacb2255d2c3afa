// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.putFloat;

import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Dequantizer;

/** The specification of every operation: plain loops, sums and functions in double precision, rounded once. */
final class ScalarKernels implements RangeKernels {
    /** All numbers of rows are alike here. */
    private static final int FEW_ROWS = 8;

    /** By type, made when one is first asked for: a token allocates nothing. */
    private final Dequantizer[] dequantizers = new Dequantizer[TensorType.values().length];

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public String label() {
        return name();
    }

    @Override
    public Dequantizer dequantizer(TensorType type) {
        Dequantizer known = dequantizers[type.ordinal()];
        if (known == null) {
            known = BlockFormat.of(type);
            dequantizers[type.ordinal()] = known;
        }
        return known;
    }

    @Override
    public Multiplication multiplication() {
        return new DirectMultiplication(FEW_ROWS, this::multiply);
    }

    private void multiply(MatMulJob job, int from, int to, Scratch scratch) {
        Dequantizer format = dequantizer(job.type());
        long weights = scratch.floats(job.k());
        for (int row = from; row < to; row++) {
            format.dequantize(job.weightRow(row), weights, job.k() / job.type().blockSize(), 0);
            for (int i = 0; i < job.n(); i++) {
                double sum = dot(weights, job.inRow(i), job.k());
                putFloat(job.outRow(i) + row * 4L, (float) (sum + job.bias(row)));
            }
        }
    }

    private static double dot(long a, long b, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) getFloat(a + i * 4L) * getFloat(b + i * 4L);
        }
        return sum;
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        double factor = 1 / Math.sqrt(dot(in, in, width) / width + eps);
        for (int i = 0; i < width; i++) {
            putFloat(out + i * 4L, (float) (getFloat(in + i * 4L) * factor * getFloat(gain + i * 4L)));
        }
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        double mean = 0;
        for (int i = 0; i < width; i++) {
            mean += getFloat(in + i * 4L);
        }
        mean /= width;
        double variance = 0;
        for (int i = 0; i < width; i++) {
            double difference = getFloat(in + i * 4L) - mean;
            variance += difference * difference;
        }
        double factor = 1 / Math.sqrt(variance / width + eps);
        for (int i = 0; i < width; i++) {
            double normal = (getFloat(in + i * 4L) - mean) * factor;
            putFloat(out + i * 4L, (float) (normal * getFloat(gain + i * 4L) + getFloat(bias + i * 4L)));
        }
    }

    @Override
    public void softmax(long x, int width) {
        double[] values = new double[width];
        for (int i = 0; i < width; i++) {
            values[i] = getFloat(x + i * 4L);
        }
        ScalarMath.softmax(values);
        for (int i = 0; i < width; i++) {
            putFloat(x + i * 4L, (float) values[i]);
        }
    }

    @Override
    public void activate(Activation f, long x, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) ScalarMath.activate(f, getFloat(x + i * 4)));
        }
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        for (long i = 0; i < count; i++) {
            double activated = ScalarMath.activate(Activation.SILU, getFloat(gate + i * 4));
            putFloat(gate + i * 4, (float) (activated * getFloat(up + i * 4)));
        }
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) (getFloat(x + i * 4) + (double) scale * getFloat(y + i * 4)));
        }
    }

    @Override
    public void scale(long x, float factor, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * factor);
        }
    }

    @Override
    public void mul(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * getFloat(y + i * 4));
        }
    }

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        for (int pair = 0; pair < headDim / 2; pair++) {
            boolean adjacent = pairing == RopePairing.ADJACENT;
            long first = adjacent ? 8L * pair : 4L * pair;
            long second = adjacent ? first + 4 : first + 2L * headDim;
            double a = getFloat(x + first);
            double b = getFloat(x + second);
            double cos = getFloat(factors + first);
            double sin = getFloat(factors + headDim * 4L + second);
            putFloat(x + first, (float) (a * cos - b * sin));
            putFloat(x + second, (float) (b * cos + a * sin));
        }
    }

    @Override
    public boolean putKey(KvFormat format, long from, long region, int slot, int dim) {
        return format.putKey(from, region, slot, dim);
    }

    @Override
    public boolean putValue(KvFormat format, long from, long region, int slot, int dim) {
        return format.putValue(from, region, slot, dim);
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        for (int unit = from; unit < to; unit++) {
            ScalarAttention.full(job, unit);
        }
    }

    /** The specification has no partial results. */
    @Override
    public int contextSpan() {
        return Integer.MAX_VALUE & -CpuKvCache.CHUNK;
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        ScalarAttention.causal(job, unit);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        throw new IllegalStateException("no row is cut");
    }

    @Override
    public void convolve(GridJob job, int unit) {
        int y = unit / job.outWidth() * job.stride();
        int x = unit % job.outWidth() * job.stride();
        for (int c = 0; c < job.channels(); c++) {
            double sum = job.bias() == 0 ? 0 : getFloat(job.bias() + c * 4L);
            for (int tap = 0; tap < 9; tap++) {
                int tapY = y + tap / 3 - 1;
                int tapX = x + tap % 3 - 1;
                if (job.inside(tapY, tapX)) {
                    double weight = getFloat(job.taps() + ((long) tap * job.channels() + c) * 4);
                    sum += weight * getFloat(job.pixel(tapY, tapX) + c * 4L);
                }
            }
            putFloat(job.outPixel(unit) + c * 4L, (float) sum);
        }
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        int y = unit / job.outWidth() * 2;
        int x = unit % job.outWidth() * 2;
        for (int c = 0; c < job.channels(); c++) {
            double sum = (double) getFloat(job.pixel(y, x) + c * 4L)
                    + getFloat(job.pixel(y, x + 1) + c * 4L)
                    + getFloat(job.pixel(y + 1, x) + c * 4L)
                    + getFloat(job.pixel(y + 1, x + 1) + c * 4L);
            putFloat(job.outPixel(unit) + c * 4L, (float) (sum / 4));
        }
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        for (int c = from; c < to; c++) {
            double sum = 0;
            for (int row = 0; row < n; row++) {
                sum += getFloat(in + ((long) row * width + c) * 4);
            }
            putFloat(out + c * 4L, (float) (sum / n));
        }
    }
}
