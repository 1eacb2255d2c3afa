// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.OpenClInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;

/** Queries drivers about platforms, devices and memory. */
final class ClQuery {
    /** From cl_intel_required_subgroup_size; not among JOCL's constants. */
    private static final int CL_DEVICE_SUB_GROUP_SIZES_INTEL = 0x4108;

    private ClQuery() {}

    private interface Getter {
        int get(long size, Pointer value, long[] actual);
    }

    private static byte[] bytes(String what, Getter getter) {
        long[] size = new long[1];
        Cl.run(what, () -> getter.get(0, null, size));
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        Cl.run(what, () -> getter.get(bytes.length, Pointer.to(bytes), null));
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    static String platform(cl_platform_id platform, int key) {
        return text(bytes(
                "clGetPlatformInfo",
                (size, value, actual) -> CL.clGetPlatformInfo(platform, key, size, value, actual)));
    }

    static String device(cl_device_id device, int key) {
        return text(bytes(
                "clGetDeviceInfo", (size, value, actual) -> CL.clGetDeviceInfo(device, key, size, value, actual)));
    }

    /** A number of 4 or 8 bytes. */
    static long number(cl_device_id device, int key, int bytes) {
        byte[] value = new byte[8];
        Cl.run("clGetDeviceInfo", () -> CL.clGetDeviceInfo(device, key, bytes, Pointer.to(value), null));
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong() & (bytes == 4 ? 0xffffffffL : -1L);
    }

    static OpenClInfo info(int index, cl_device_id device, String platform) {
        long type = number(device, CL.CL_DEVICE_TYPE, 8);
        OpenClInfo.Type kind = (type & CL.CL_DEVICE_TYPE_GPU) != 0
                ? OpenClInfo.Type.GPU
                : (type & CL.CL_DEVICE_TYPE_CPU) != 0 ? OpenClInfo.Type.CPU : OpenClInfo.Type.ACCELERATOR;
        return new OpenClInfo(
                index,
                kind,
                device(device, CL.CL_DEVICE_NAME),
                platform,
                device(device, CL.CL_DRIVER_VERSION),
                number(device, CL.CL_DEVICE_GLOBAL_MEM_SIZE, 8),
                number(device, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE, 8),
                (int) number(device, CL.CL_DEVICE_MAX_COMPUTE_UNITS, 4),
                number(device, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE, 8),
                number(device, CL.CL_DEVICE_LOCAL_MEM_SIZE, 8),
                device(device, CL.CL_DEVICE_EXTENSIONS).contains("cl_khr_subgroups"));
    }

    /** Work-items that the device runs in step, or a multiple of them. */
    static int preferredMultiple(cl_kernel kernel, cl_device_id device) {
        long[] multiple = new long[1];
        Cl.run(
                "clGetKernelWorkGroupInfo",
                () -> CL.clGetKernelWorkGroupInfo(
                        kernel,
                        device,
                        CL.CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE,
                        Sizeof.size_t,
                        Pointer.to(multiple),
                        null));
        return (int) Math.clamp(multiple[0], 1, 1 << 16);
    }

    /** Sizes of sub-groups that a kernel may ask for; none where it may not. */
    static List<Integer> subGroupSizes(cl_device_id device) {
        if (!device(device, CL.CL_DEVICE_EXTENSIONS).contains("cl_intel_required_subgroup_size")) {
            return List.of();
        }
        ByteBuffer sizes = ByteBuffer.wrap(bytes(
                        "clGetDeviceInfo",
                        (size, value, actual) ->
                                CL.clGetDeviceInfo(device, CL_DEVICE_SUB_GROUP_SIZES_INTEL, size, value, actual)))
                .order(ByteOrder.nativeOrder());
        List<Integer> all = new ArrayList<>();
        while (sizes.remaining() >= Sizeof.size_t) {
            all.add((int) (Sizeof.size_t == Long.BYTES ? sizes.getLong() : sizes.getInt()));
        }
        return all;
    }

    /** Bytes a memory object has, as the driver counts. */
    static long size(cl_mem memory) {
        long[] bytes = new long[1];
        Cl.run("clGetMemObjectInfo", () -> CL.clGetMemObjectInfo(memory, CL.CL_MEM_SIZE, 8, Pointer.to(bytes), null));
        return bytes[0];
    }
}
