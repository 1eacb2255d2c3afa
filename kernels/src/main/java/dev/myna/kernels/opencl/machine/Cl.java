// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import org.jocl.CL;
import org.jocl.CLException;

/** Turns the result codes of OpenCL calls into {@link DeviceException}. */
public final class Cl {
    private Cl() {}

    /** A call that returns its result code. */
    interface Call {
        int code();
    }

    /** A call that makes something and stores its result code. */
    interface Creation<T> {
        T make(int[] code);
    }

    /** Runs a call of a device in use; {@code what} is the call's name. */
    static void run(String what, Call call) {
        int code = code(call);
        if (code != CL.CL_SUCCESS) {
            throw failure(code, what);
        }
    }

    /** The result code of a call, also where an embedder has switched JOCL's exceptions on. */
    static int code(Call call) {
        try {
            return call.code();
        } catch (CLException e) {
            return e.getStatus();
        }
    }

    /** What a call makes. */
    static <T> T make(String what, Creation<T> creation) {
        int[] code = {CL.CL_SUCCESS};
        T made;
        try {
            made = creation.make(code);
        } catch (CLException e) {
            throw failure(e.getStatus(), what);
        }
        if (code[0] != CL.CL_SUCCESS) {
            throw failure(code[0], what);
        }
        return made;
    }

    public static DeviceException failure(int code, String what) {
        boolean memory = code == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL.CL_OUT_OF_HOST_MEMORY;
        return new DeviceException(
                memory ? Fault.MEMORY : Fault.LOST, "the OpenCL device failed: " + name(code) + " in " + what);
    }

    static String name(int code) {
        String name = CL.stringFor_errorCode(code);
        return name == null || name.isEmpty() ? "error " + code : name;
    }
}
