// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.DeviceException.Fault;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/**
 * Kernels by name, each built at first use: from the {@link StoredProgram} of an earlier run, or else from its source, the
 * .cl resources beside this class, specialised by definitions.
 */
public final class ClPrograms {
    /** Where the sources are. */
    private static final String FOLDER = "/dev/myna/kernels/opencl/";

    private final cl_context context;
    private final cl_device_id device;
    private final OpenClInfo info;
    private final boolean subGroups;
    private final ProgramCache cache;
    private final Map<String, cl_program> programs = new HashMap<>();
    private final Map<String, ClKernel> kernels = new HashMap<>();
    private final Map<String, String> resources = new HashMap<>();

    /** @param subGroups whether to use them, where they build */
    ClPrograms(cl_context context, cl_device_id device, OpenClInfo info, boolean subGroups, ProgramCache cache) {
        this.context = context;
        this.device = device;
        this.info = info;
        this.subGroups = subGroups;
        this.cache = cache;
    }

    /**
     * A kernel of the program that {@code parts} make together, in this order, after common.cl: names of resources, or source
     * that begins with #.
     *
     * @param definitions such as "-DLANES=64"
     */
    public synchronized ClKernel kernel(String name, List<String> parts, String definitions) {
        String program = String.join(" ", parts) + " " + definitions;
        return kernels.computeIfAbsent(name + " of " + program, key -> {
            cl_program built = programs.computeIfAbsent(program, ignored -> build(parts, definitions));
            cl_kernel kernel = Cl.make("clCreateKernel " + name, code -> CL.clCreateKernel(built, name, code));
            return new ClKernel(kernel, key);
        });
    }

    private cl_program build(List<String> parts, String definitions) {
        StringBuilder source = new StringBuilder(resource("common.cl"));
        parts.forEach(part -> source.append(part.startsWith("#") ? part : resource(part)));
        if (subGroups) {
            // Reported but not always built: the way without them works everywhere.
            try {
                return build(source.toString(), subGroupVersion() + " -DSUBGROUPS " + definitions, parts);
            } catch (DeviceException e) {
                return build(source.toString(), "-cl-std=CL1.2 " + definitions, parts);
            }
        }
        return build(source.toString(), "-cl-std=CL1.2 " + definitions, parts);
    }

    private String subGroupVersion() {
        return ClQuery.device(device, CL.CL_DEVICE_VERSION).startsWith("OpenCL 2.") ? "-cl-std=CL2.0" : "-cl-std=CL3.0";
    }

    private cl_program build(String source, String options, List<String> parts) {
        String key = StoredProgram.key(List.of(info.platform(), info.name(), info.driver(), options, source));
        byte[] stored = cache.find(key).flatMap(StoredProgram::open).orElse(null);
        if (stored != null) {
            cl_program program = fromBinary(stored);
            if (program != null) {
                return program;
            }
        }
        cl_program program = Cl.make(
                "clCreateProgramWithSource",
                code -> CL.clCreateProgramWithSource(context, 1, new String[] {source}, null, code));
        int code = Cl.code(() -> CL.clBuildProgram(program, 0, null, options, null, null));
        if (code != CL.CL_SUCCESS) {
            String log = log(program);
            CL.clReleaseProgram(program);
            throw new DeviceException(
                    Fault.BUILD,
                    info.label() + ": the driver of " + info.name() + " does not build " + files(parts) + " ("
                            + Cl.name(code) + ": " + firstLine(log) + ")");
        }
        // PoCL compiles everything once more for its binary, so the binary is requested only if the cache keeps it.
        if (cache != ProgramCache.NONE) {
            keep(program, key);
        }
        return program;
    }

    /** A driver that gives no binary only costs the next run its time. */
    private void keep(cl_program program, String key) {
        try {
            byte[] binary = binary(program);
            if (binary.length > 0) {
                cache.store(key, StoredProgram.seal(binary));
            }
        } catch (DeviceException e) {
            // The program itself works.
        }
    }

    /** Null if the driver does not take it. */
    private cl_program fromBinary(byte[] binary) {
        int[] status = new int[1];
        int[] code = new int[1];
        cl_program program;
        try {
            program = CL.clCreateProgramWithBinary(
                    context,
                    1,
                    new cl_device_id[] {device},
                    new long[] {binary.length},
                    new byte[][] {binary},
                    status,
                    code);
        } catch (org.jocl.CLException e) {
            return null;
        }
        if (program == null || code[0] != CL.CL_SUCCESS || status[0] != CL.CL_SUCCESS) {
            return null;
        }
        if (Cl.code(() -> CL.clBuildProgram(program, 0, null, "", null, null)) != CL.CL_SUCCESS) {
            CL.clReleaseProgram(program);
            return null;
        }
        return program;
    }

    private static byte[] binary(cl_program program) {
        long[] size = new long[1];
        Cl.run(
                "clGetProgramInfo",
                () -> CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, 8, Pointer.to(size), null));
        byte[] binary = new byte[Math.toIntExact(size[0])];
        if (binary.length > 0) {
            Pointer list = Pointer.to(Pointer.to(binary));
            Cl.run("clGetProgramInfo", () -> CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARIES, 8, list, null));
        }
        return binary;
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        int code = Cl.code(() -> CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size));
        if (code != CL.CL_SUCCESS || size[0] <= 1) {
            return "it gives no reason";
        }
        byte[] log = new byte[Math.toIntExact(size[0])];
        Cl.code(() ->
                CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null));
        return new String(log, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static String files(List<String> parts) {
        return parts.stream().filter(part -> !part.startsWith("#")).distinct().collect(Collectors.joining(" + "));
    }

    private static String firstLine(String log) {
        return log.lines()
                .filter(line -> line.contains("error"))
                .findFirst()
                .orElse(log.lines().findFirst().orElse("it gives no reason"))
                .strip();
    }

    /** Whether there is a source file of this name. */
    public static boolean hasSource(String name) {
        return ClPrograms.class.getResource(FOLDER + name) != null;
    }

    private String resource(String name) {
        return resources.computeIfAbsent(name, file -> {
            try (InputStream in = ClPrograms.class.getResourceAsStream(FOLDER + file)) {
                String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                // A GPU must keep sums in registers. A CPU gains nothing, and PoCL compiles three times as long.
                return info.type() == OpenClInfo.Type.CPU ? source.replace("#pragma unroll\n", "") : source;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Releases all kernels and programs. */
    synchronized void close() {
        kernels.values().forEach(kernel -> Cl.code(() -> CL.clReleaseKernel(kernel.handle())));
        programs.values().forEach(program -> Cl.code(() -> CL.clReleaseProgram(program)));
        kernels.clear();
        programs.clear();
    }

    /** Source that gives a macro another meaning. */
    public static String define(String macro, Object value) {
        return "#undef " + macro + "\n#define " + macro + " " + value + "\n";
    }
}
