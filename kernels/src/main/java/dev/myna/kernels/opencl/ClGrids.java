// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Grids;
import dev.myna.kernels.Linear;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.operand.Checks;

/** Operations on images stored as rows of channels. */
final class ClGrids implements Grids {
    private final ClMachine machine;

    ClGrids(ClMachine machine) {
        this.machine = machine;
    }

    @Override
    public void depthwiseConv3x3(Buffer in, int height, int width, Linear conv, int stride, Buffer out) {
        Checks.requireStride(stride);
        ClBuffer from = ClOperands.grid(in, height, width);
        int channels = from.width();
        ClWeight taps = ClOperands.depthwise(conv.weight(), channels);
        ClWeight terms = conv.bias() == null ? null : ClOperands.vector(conv.bias(), "bias", channels);
        ClBuffer to = out(out, from, height, width, stride);
        ClKernel kernel = machine.basic("depthwise");
        synchronized (machine.queue()) {
            kernel.begin()
                    .buffer(from)
                    .number(height)
                    .number(width)
                    .number(channels)
                    .memory(taps.memory())
                    .optional(terms, from.memory())
                    .number(terms == null ? 0 : 1)
                    .number(stride)
                    .buffer(to);
            machine.queue().runElements(kernel, channels, pixels(height, width, stride), 1);
        }
    }

    @Override
    public void averagePool2x2(Buffer in, int height, int width, Buffer out) {
        ClBuffer from = ClOperands.grid(in, height, width);
        Checks.requireEvenGrid(height, width);
        ClBuffer to = out(out, from, height, width, 2);
        ClKernel kernel = machine.basic("average_pool");
        synchronized (machine.queue()) {
            kernel.begin().buffer(from).number(width).number(from.width()).buffer(to);
            machine.queue().runElements(kernel, from.width(), pixels(height, width, 2), 1);
        }
    }

    @Override
    public void meanRows(Buffer in, Buffer out, int n) {
        ClBuffer from = ClOperands.buffer(in, "in", n);
        ClBuffer to = ClOperands.buffer(out, "out", 1, from.width());
        ClOperands.requireApart(from, to);
        Checks.requireSome(n);
        ClKernel kernel = machine.basic("mean_rows");
        synchronized (machine.queue()) {
            kernel.begin().buffer(from).number(n).number(from.width()).buffer(to);
            machine.queue().runElements(kernel, from.width(), 1, 1);
        }
    }

    private static ClBuffer out(Buffer out, ClBuffer from, int height, int width, int stride) {
        ClBuffer to = ClOperands.buffer(out, "out", pixels(height, width, stride), from.width());
        ClOperands.requireApart(from, to);
        return to;
    }

    private static int pixels(int height, int width, int stride) {
        return Math.multiplyExact((height - 1) / stride + 1, (width - 1) / stride + 1);
    }
}
