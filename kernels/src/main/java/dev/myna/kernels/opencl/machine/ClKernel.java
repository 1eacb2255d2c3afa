// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;

/**
 * A kernel and the arguments of its next launch, set one after the other from {@link #begin}. Used by one thread at a time: whoever
 * holds the {@link ClQueue}.
 */
public final class ClKernel {
    private final cl_kernel handle;
    private final String name;
    private final int[] intValue = new int[1];
    private final long[] longValue = new long[1];
    private final float[] floatValue = new float[1];
    private final Pointer intPointer = Pointer.to(intValue);
    private final Pointer longPointer = Pointer.to(longValue);
    private final Pointer floatPointer = Pointer.to(floatValue);
    private int next;

    ClKernel(cl_kernel handle, String name) {
        this.handle = handle;
        this.name = name;
    }

    cl_kernel handle() {
        return handle;
    }

    String name() {
        return name;
    }

    public ClKernel begin() {
        next = 0;
        return this;
    }

    public ClKernel memory(ClMemory memory) {
        return set(Sizeof.cl_mem, memory.pointer());
    }

    /** Two arguments: the memory, and where the buffer begins in it, in elements. */
    public ClKernel buffer(ClBuffer buffer) {
        return memory(buffer.memory()).number(buffer.offset());
    }

    /** Three arguments: the memory, and where the blocks' bodies and heads begin in it, in bytes. */
    public ClKernel weight(ClWeight weight) {
        return memory(weight.memory()).number(0L).number(weight.headsAt());
    }

    /** As {@link #weight}, with activations in place of weights. */
    public ClKernel rows(ClBuffer rows) {
        return memory(rows.memory()).number(rows.offset() * Float.BYTES).number(0L);
    }

    /** A vector of f32 that may be absent; {@code otherwise} is any memory. */
    public ClKernel optional(ClWeight vector, ClMemory otherwise) {
        return memory(vector == null ? otherwise : vector.memory());
    }

    public ClKernel number(int value) {
        intValue[0] = value;
        return set(Sizeof.cl_int, intPointer);
    }

    public ClKernel number(long value) {
        longValue[0] = value;
        return set(Sizeof.cl_ulong, longPointer);
    }

    public ClKernel number(float value) {
        floatValue[0] = value;
        return set(Sizeof.cl_float, floatPointer);
    }

    /** Local memory of so many bytes. */
    public ClKernel local(long bytes) {
        return set(bytes, null);
    }

    private ClKernel set(long size, Pointer value) {
        int index = next++;
        int code = Cl.code(() -> CL.clSetKernelArg(handle, index, size, value));
        if (code != CL.CL_SUCCESS) {
            throw Cl.failure(code, "argument " + index + " of " + name);
        }
        return this;
    }
}
