// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.Roofline;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClPlatforms;
import dev.myna.kernels.opencl.machine.ShapeOverride;
import java.util.List;
import java.util.OptionalInt;

/** Measures how fast a device copies its memory, and how fast it multiplies and adds. */
public final class ClRoofline {
    private static final long MAX_BYTES = 512L << 20;
    private static final int ITEMS = 256;
    private static final int GROUPS_PER_UNIT = 64;
    private static final int ROUNDS = 5;
    private static final int COPIES = 8;

    /** Operations of a work-item of multiply_add in a step. */
    private static final long OPERATIONS = 64;

    private static final long MIN_NANOS = 50_000_000;
    private static final int MAX_STEPS = 1 << 20;

    private final ClMachine machine;

    private ClRoofline(ClMachine machine) {
        this.machine = machine;
    }

    /** See {@link Roofline#ofOpenCl}. */
    public static Roofline measure(OptionalInt index) {
        ClMachine machine = ClMachine.open(ClPlatforms.choose(index), ProgramCache.NONE, ShapeOverride.REPORTED);
        try {
            ClRoofline roofline = new ClRoofline(machine);
            return new Roofline(machine.info().label(), roofline.copy(), roofline.multiplyAdd());
        } finally {
            machine.close();
        }
    }

    private ClKernel kernel(String name) {
        return machine.programs().kernel(name, List.of("roofline.cl"), "");
    }

    /** Bytes read and written per second. */
    private double copy() {
        OpenClInfo info = machine.info();
        long bytes = Math.min(MAX_BYTES, Math.min(info.largestBuffer(), info.memoryBytes() / 4)) & -4096;
        ClMemory from = machine.pool().allocate(bytes, "measuring");
        ClMemory to = machine.pool().allocate(bytes, "measuring");
        try {
            machine.queue().clear(from);
            machine.queue().clear(to);
            ClKernel kernel = kernel("copy");
            long nanos = best(() -> {
                for (int i = 0; i < COPIES; i++) {
                    kernel.begin().memory(from).memory(to).number(bytes / 16);
                    machine.queue().run(kernel, Math.ceilDiv(bytes / 16, ITEMS), 1, 1, ITEMS, 1);
                }
            });
            return 2.0 * bytes * COPIES / nanos * 1e9;
        } finally {
            from.release();
            to.release();
        }
    }

    /** Operations per second, two for each multiply-add. */
    private double multiplyAdd() {
        ClMemory out = machine.pool().allocate(4, "measuring");
        try {
            ClKernel kernel = kernel("multiply_add");
            long groups = (long) machine.info().units() * GROUPS_PER_UNIT;
            for (int steps = 64; ; steps *= 4) {
                int now = steps;
                long nanos = best(() -> {
                    kernel.begin().memory(out).number(now);
                    machine.queue().run(kernel, groups, 1, 1, ITEMS, 1);
                });
                if (nanos >= MIN_NANOS || steps >= MAX_STEPS) {
                    return (double) groups * ITEMS * OPERATIONS * steps / nanos * 1e9;
                }
            }
        } finally {
            out.release();
        }
    }

    /** The shortest of a few rounds, after one that is not measured. */
    private long best(Runnable commands) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round <= ROUNDS; round++) {
            machine.queue().finish();
            long start = System.nanoTime();
            synchronized (machine.queue()) {
                commands.run();
            }
            machine.queue().finish();
            if (round > 0) {
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return best;
    }
}
