// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.options.ModelArguments;
import dev.myna.engine.Model;
import dev.myna.kernels.devices.Devices;

/**
 * The kernels that compute a model, with the names of {@code --kernels}.
 *
 * @param name jit, vector, scalar or opencl
 * @param fallback reason for other kernels or another device than requested; null if there is none
 */
public record KernelsInUse(String name, String fallback) {

    static KernelsInUse of(Model.Info info, ModelArguments.Kernels asked) {
        String name = name(info.device());
        boolean cpu = !name.equals("opencl");
        String slower = cpu && !name.equals(asked.name()) ? Devices.jitRefusal().orElse(Devices.describeCpu()) : null;
        return new KernelsInUse(name, info.fallback().orElse(slower));
    }

    /** Device descriptions name the kernels: {@code CPU, machine code for AVX2, …}. */
    static String name(String device) {
        if (device.startsWith("opencl:")) {
            return "opencl";
        }
        if (device.contains("machine code for")) {
            return "jit";
        }
        return device.contains("scalar") ? "scalar" : "vector";
    }
}
