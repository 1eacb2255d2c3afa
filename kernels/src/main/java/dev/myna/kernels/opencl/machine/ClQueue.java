// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.Cancellation;
import java.lang.foreign.MemorySegment;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;

/**
 * The device's one queue: commands run in the order they were given. Where a thread may be cancelled ({@link Cancellation}), it does not
 * run far ahead of the device: what it has given cannot be taken back.
 */
public final class ClQueue {
    /** Bytes per transfer: a Java buffer holds 2 GiB at most. */
    private static final long PIECE = 1L << 30;

    private static final int FIRST_INTERVAL = 8;
    private static final int MAX_INTERVAL = 256;

    /** Time of the kernels of an interval; twice as much may be waiting in the queue. */
    private static final long INTERVAL_NANOS = 40_000_000;

    private final cl_command_queue handle;
    private final long[] global = new long[3];
    private final long[] local = new long[3];
    private volatile boolean closed;

    /** Kernels between two of which the end is known. */
    private int interval = FIRST_INTERVAL;

    /** Kernels since the latest of these. */
    private int unknown;

    /** The end of the latest of these, or null. */
    private cl_event latest;

    /** When the one before it was seen to have ended. */
    private long seen;

    ClQueue(cl_command_queue handle) {
        this.handle = handle;
    }

    cl_command_queue handle() {
        return handle;
    }

    /** Refuses all further commands: the behaviour of a driver with released handles is undefined. */
    void close() {
        closed = true;
        forgetInterval();
    }

    /** @throws IllegalStateException if it is closed */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
    }

    /**
     * Runs a kernel whose arguments are set; call it with this queue locked, since before they were.
     *
     * @param x work-items of a group in each dimension
     */
    public void run(ClKernel kernel, long groupsX, long groupsY, long groupsZ, int x, int y) {
        requireOpen();
        Cancellation.ask();
        cl_event end = Cancellation.check() != null && ++unknown >= interval ? new cl_event() : null;
        local[0] = x;
        local[1] = y;
        local[2] = 1;
        global[0] = groupsX * x;
        global[1] = groupsY * y;
        global[2] = groupsZ;
        int code =
                Cl.code(() -> CL.clEnqueueNDRangeKernel(handle, kernel.handle(), 3, null, global, local, 0, null, end));
        if (code != CL.CL_SUCCESS) {
            throw Cl.failure(code, "kernel " + kernel.name());
        }
        if (end != null) {
            awaitLatest();
            latest = end;
            unknown = 0;
        }
    }

    /** Waits until all but the kernels of the current interval have ended, and fits the interval to the time they took. */
    private void awaitLatest() {
        if (latest == null) {
            seen = System.nanoTime();
            return;
        }
        cl_event[] one = {latest};
        latest = null;
        try {
            Cl.run("clWaitForEvents", () -> CL.clWaitForEvents(1, one));
        } finally {
            Cl.code(() -> CL.clReleaseEvent(one[0]));
        }
        long now = System.nanoTime();
        long taken = Math.max(1, now - seen);
        seen = now;
        interval = (int) Math.clamp(interval * INTERVAL_NANOS / taken, Math.max(1, interval / 8), 2L * interval);
        interval = Math.min(interval, MAX_INTERVAL);
    }

    /** All commands have ended: the next ones may take another time. */
    private synchronized void forgetInterval() {
        if (latest != null) {
            cl_event ended = latest;
            latest = null;
            Cl.code(() -> CL.clReleaseEvent(ended));
        }
        interval = FIRST_INTERVAL;
        unknown = 0;
    }

    /** Runs a kernel over x elements, y and z; call it with this queue locked, since before its arguments were set. */
    public void runElements(ClKernel kernel, long x, long y, long z) {
        int width = x >= 64 ? 64 : 16;
        run(kernel, Math.ceilDiv(x, width), y, z, width, 1);
    }

    /** Sets memory to zero. */
    public void clear(ClMemory memory) {
        requireOpen();
        int[] zero = {0};
        byte[] zeroByte = {0};
        boolean words = memory.bytes() % 4 == 0;
        Pointer pattern = words ? Pointer.to(zero) : Pointer.to(zeroByte);
        Cl.run(
                "clEnqueueFillBuffer",
                () -> CL.clEnqueueFillBuffer(
                        handle, memory.handle(), pattern, words ? 4 : 1, 0, memory.bytes(), 0, null, null));
    }

    /** Copies native memory to the device and waits for it. */
    public void write(ClMemory target, long at, MemorySegment source) {
        requireOpen();
        for (long done = 0; done < source.byteSize(); done += PIECE) {
            long from = done;
            MemorySegment piece = source.asSlice(from, Math.min(PIECE, source.byteSize() - from));
            Pointer pointer = Pointer.to(piece.asByteBuffer());
            Cl.run(
                    "clEnqueueWriteBuffer",
                    () -> CL.clEnqueueWriteBuffer(
                            handle, target.handle(), true, at + from, piece.byteSize(), pointer, 0, null, null));
        }
    }

    /** Copies integers to the device and waits for it. */
    public void write(ClMemory target, long at, int[] source) {
        requireOpen();
        Pointer pointer = Pointer.to(source);
        Cl.run(
                "clEnqueueWriteBuffer",
                () -> CL.clEnqueueWriteBuffer(
                        handle, target.handle(), true, at, source.length * 4L, pointer, 0, null, null));
    }

    /** Copies floats to the device and waits for it. */
    public void write(ClBuffer target, float[] source, int offset, int count) {
        requireOpen();
        Pointer pointer = Pointer.to(source).withByteOffset(offset * 4L);
        Cl.run(
                "clEnqueueWriteBuffer",
                () -> CL.clEnqueueWriteBuffer(
                        handle,
                        target.memory().handle(),
                        true,
                        target.offset() * 4,
                        count * 4L,
                        pointer,
                        0,
                        null,
                        null));
    }

    /** Waits for all commands, then copies floats from the device. */
    public void read(ClBuffer source, float[] target, int offset, int count) {
        requireOpen();
        Pointer pointer = Pointer.to(target).withByteOffset(offset * 4L);
        Cl.run(
                "clEnqueueReadBuffer",
                () -> CL.clEnqueueReadBuffer(
                        handle,
                        source.memory().handle(),
                        true,
                        source.offset() * 4,
                        count * 4L,
                        pointer,
                        0,
                        null,
                        null));
        forgetInterval();
    }

    /** Copies floats on the device. */
    public void copy(ClBuffer source, ClBuffer target, long count) {
        requireOpen();
        Cl.run(
                "clEnqueueCopyBuffer",
                () -> CL.clEnqueueCopyBuffer(
                        handle,
                        source.memory().handle(),
                        target.memory().handle(),
                        source.offset() * 4,
                        target.offset() * 4,
                        count * 4,
                        0,
                        null,
                        null));
    }

    /** Waits until every command is done. */
    public void finish() {
        requireOpen();
        Cl.run("clFinish", () -> CL.clFinish(handle));
        forgetInterval();
    }
}
