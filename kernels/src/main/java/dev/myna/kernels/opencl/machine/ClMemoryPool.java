// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import dev.myna.kernels.OpenClInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jocl.CL;
import org.jocl.cl_context;
import org.jocl.cl_mem;

/** Allocates device memory and keeps account of it. */
public final class ClMemoryPool {
    /** System property: MiB to take at most, to leave others some of the device's memory. */
    private static final String LIMIT_MIB = "myna.opencl.memory";

    private final cl_context context;
    private final OpenClInfo info;
    private final long limit;
    private final AtomicLong inUse = new AtomicLong();
    private final Set<ClMemory> living = ConcurrentHashMap.newKeySet();

    ClMemoryPool(cl_context context, OpenClInfo info) {
        this.context = context;
        this.info = info;
        limit = Math.min(info.memoryBytes(), Integer.getInteger(LIMIT_MIB, Integer.MAX_VALUE) * (1L << 20));
    }

    /** Memory with arbitrary contents. */
    public ClMemory allocate(long bytes, String what) {
        if (bytes > info.largestBuffer() || bytes > limit - inUse.get()) {
            throw outOfMemory(bytes, what);
        }
        int[] code = {CL.CL_SUCCESS};
        cl_mem handle;
        try {
            handle = CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, code);
        } catch (org.jocl.CLException e) {
            throw outOfMemory(bytes, what);
        }
        if (code[0] != CL.CL_SUCCESS) {
            throw outOfMemory(bytes, what);
        }
        ClMemory memory = new ClMemory(this, handle, bytes);
        living.add(memory);
        inUse.addAndGet(bytes);
        return memory;
    }

    /** Releases {@code memory} when {@code scope} closes; the segment tells whether it has. */
    public static MemorySegment bind(ClMemory memory, Arena scope) {
        try {
            return MemorySegment.ofAddress(1).reinterpret(1, scope, ignored -> memory.release());
        } catch (RuntimeException e) {
            memory.release();
            throw e;
        }
    }

    DeviceException outOfMemory(long bytes, String what) {
        return new DeviceException(
                Fault.MEMORY,
                String.format(
                        java.util.Locale.ROOT,
                        "%s: no room on %s (%s) for %.1f MiB of %s beside %.1f MiB in use: it has %.0f MiB, and one buffer may"
                                + " take %.0f MiB",
                        info.label(),
                        info.name(),
                        info.type(),
                        bytes / 0x1p20,
                        what,
                        inUse.get() / 0x1p20,
                        limit / 0x1p20,
                        info.largestBuffer() / 0x1p20));
    }

    void forget(ClMemory memory) {
        living.remove(memory);
        inUse.addAndGet(-memory.bytes());
    }

    /** Bytes allocated and not released. */
    public long inUse() {
        return inUse.get();
    }

    /** The same as the driver counts it. */
    public long measured() {
        return living.stream()
                .mapToLong(memory -> ClQuery.size(memory.handle()))
                .sum();
    }
}
