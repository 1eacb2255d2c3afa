// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;

/**
 * An opened device: what all operations share.
 *
 * @param basics kernels that {@link #basic} found before
 */
public record ClMachine(
        OpenClInfo info,
        cl_context context,
        ClQueue queue,
        ClMemoryPool pool,
        ClPrograms programs,
        WorkShape shape,
        Map<String, ClKernel> basics) {
    /** Operations whose kernels do not depend on number formats, in one program. */
    private static final List<String> BASIC =
            List.of("elementwise.cl", "norms.cl", "rope.cl", "grids.cl", "combine.cl");

    public static ClMachine open(ClPlatforms.Found found, ProgramCache cache, ShapeOverride override) {
        OpenClInfo info = found.info();
        if (info.groupSize() < WorkShape.MIN_GROUP) {
            throw new DeviceException(
                    Fault.BUILD,
                    info.label() + ": " + info.name() + " has groups of " + info.groupSize()
                            + " work-items at most, needed are " + WorkShape.MIN_GROUP);
        }
        cl_device_id[] devices = {found.device()};
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
        cl_context context =
                Cl.make("clCreateContext", code -> CL.clCreateContext(properties, 1, devices, null, null, code));
        boolean subGroups = info.subGroups() && override.subGroups() != ShapeOverride.SubGroups.NONE;
        ClPrograms programs = new ClPrograms(context, found.device(), info, subGroups, cache);
        try {
            WorkShape shape = WorkShape.choose(ClTraits.of(found.device(), info, programs), override);
            cl_command_queue queue =
                    Cl.make("clCreateCommandQueue", code -> createQueue(context, found.device(), code));
            return new ClMachine(
                    info,
                    context,
                    new ClQueue(queue),
                    new ClMemoryPool(context, info),
                    programs,
                    shape,
                    new ConcurrentHashMap<>());
        } catch (RuntimeException e) {
            programs.close();
            CL.clReleaseContext(context);
            throw e;
        }
    }

    @SuppressWarnings("deprecation") // its successor came with OpenCL 2.0, which some drivers never reached
    private static cl_command_queue createQueue(cl_context context, cl_device_id device, int[] code) {
        return CL.clCreateCommandQueue(context, device, 0, code);
    }

    /** A kernel of elementwise.cl, norms.cl, rope.cl, grids.cl or combine.cl. */
    public ClKernel basic(String name) {
        ClKernel known = basics.get(name);
        return known != null
                ? known
                : basics.computeIfAbsent(name, _ -> programs.kernel(name, BASIC, "-DLANES=" + shape.rowLanes()));
    }

    /** Waits for all commands and gives everything back but memory, which its owners release. */
    public void close() {
        queue.close();
        Cl.code(() -> CL.clFinish(queue.handle()));
        programs.close();
        Cl.code(() -> CL.clReleaseCommandQueue(queue.handle()));
        Cl.code(() -> CL.clReleaseContext(context));
    }
}
