// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Grids;
import dev.myna.kernels.Linear;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Operations on images stored as rows of channels. A unit is one output pixel, or a block of channels for the mean. */
public final class CpuGrids implements Grids {
    /** Channels per unit of the mean. */
    private static final int BLOCK = 256;

    private final GridKernels kernels;
    private final WorkerTeam team;

    public CpuGrids(GridKernels kernels, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
    }

    @Override
    public void depthwiseConv3x3(Buffer in, int gridHeight, int gridWidth, Linear kernel, int stride, Buffer out) {
        Checks.requireStride(stride);
        CpuBuffer from = Operands.grid(in, gridHeight, gridWidth);
        int channels = from.width();
        CpuWeight taps = Operands.depthwise(kernel.weight(), channels);
        CpuWeight bias = kernel.bias() == null ? null : Operands.vector(kernel.bias(), "bias", channels);
        long biasAddress = bias == null ? 0 : bias.floats();
        CpuBuffer to = out(out, from, gridHeight, gridWidth, stride);
        GridJob job = new GridJob(
                from.address(), gridHeight, gridWidth, channels, taps.taps(), biasAddress, stride, to.address());
        run(job, 9, (first, end, scratch) -> {
            for (int unit = first; unit < end; unit++) {
                kernels.convolve(job, unit);
            }
        });
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(taps);
        Reference.reachabilityFence(bias);
        Reference.reachabilityFence(to);
    }

    @Override
    public void averagePool2x2(Buffer in, int gridHeight, int gridWidth, Buffer out) {
        CpuBuffer from = Operands.grid(in, gridHeight, gridWidth);
        Checks.requireEvenGrid(gridHeight, gridWidth);
        CpuBuffer to = out(out, from, gridHeight, gridWidth, 2);
        GridJob job = new GridJob(from.address(), gridHeight, gridWidth, from.width(), 0, 0, 2, to.address());
        run(job, 4, (first, end, scratch) -> {
            for (int unit = first; unit < end; unit++) {
                kernels.averagePool(job, unit);
            }
        });
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
    }

    private static CpuBuffer out(Buffer out, CpuBuffer from, int height, int width, int stride) {
        int rows = Math.multiplyExact((height - 1) / stride + 1, (width - 1) / stride + 1);
        CpuBuffer to = Operands.buffer(out, "out", rows, from.width());
        Operands.requireApart(from, to);
        return to;
    }

    /** Grids belong to images, not to the token loop: their jobs are made anew each time. */
    private void run(GridJob job, int cost, WorkerTeam.Task task) {
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(job.outHeight() * job.outWidth(), (long) cost * job.channels(), task);
        }
    }

    @Override
    public void meanRows(Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        int width = from.width();
        CpuBuffer to = Operands.buffer(out, "out", 1, width);
        Operands.requireApart(from, to);
        Checks.requireSome(n);
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(
                    (width - 1) / BLOCK + 1,
                    (long) BLOCK * n,
                    (first, end, _) -> kernels.meanRows(
                            from.address(), n, width, to.address(), first * BLOCK, Math.min(end * BLOCK, width)));
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
    }
}
