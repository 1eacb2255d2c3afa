// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_mem;

/** A piece of device memory, counted in the {@link ClMemoryPool} it came from. */
public final class ClMemory {
    private final ClMemoryPool pool;
    private final cl_mem handle;
    private final Pointer pointer;
    private final long bytes;
    private final AtomicBoolean released = new AtomicBoolean();

    ClMemory(ClMemoryPool pool, cl_mem handle, long bytes) {
        this.pool = pool;
        this.handle = handle;
        this.bytes = bytes;
        pointer = Pointer.to(handle);
    }

    cl_mem handle() {
        return handle;
    }

    /** The handle as a kernel argument. */
    Pointer pointer() {
        return pointer;
    }

    public long bytes() {
        return bytes;
    }

    /** Frees it as soon as no command uses it. Idempotent. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            pool.forget(this);
            // Nothing can be done about a failure, and nothing depends on it.
            Cl.code(() -> CL.clReleaseMemObject(handle));
        }
    }
}
