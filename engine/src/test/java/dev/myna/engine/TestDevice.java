// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.OpenCl;
import dev.myna.testing.Thorough;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Where a test computes; tests on OpenCL are marked {@link dev.myna.testing.NeedsOpenCl}. */
public enum TestDevice {
    /** The reference: the CPU with simple loops, accumulating in double precision. */
    SCALAR,
    /** The CPU with the Vector API. */
    VECTOR,
    /** The CPU with machine code, which rounds activations where weights are quantized. */
    JIT,
    OPENCL,
    /** The last layer of the decoder and images on the OpenCL device, the rest on the CPU. */
    DIVIDED;

    /** Opens a single device. */
    public Device open() {
        return switch (this) {
            case SCALAR -> Devices.scalar();
            case VECTOR -> Devices.cpu(2, CpuKernels.VECTOR);
            case JIT -> Devices.cpu(2, CpuKernels.JIT);
            case OPENCL -> OpenCl.open();
            case DIVIDED -> throw new IllegalArgumentException("not a single device");
        };
    }

    /** How to load a model. */
    public ModelOptions options() {
        ModelOptions cpu = ModelOptions.builder()
                .threads(2)
                .kernels(
                        switch (this) {
                            case SCALAR -> CpuKernels.SCALAR;
                            case JIT -> CpuKernels.JIT;
                            case VECTOR, OPENCL, DIVIDED -> CpuKernels.VECTOR;
                        })
                .build();
        if (this != OPENCL && this != DIVIDED) {
            return cpu;
        }
        ModelOptions whole =
                cpu.toBuilder().placement(Placement.OPENCL_IF_AVAILABLE).build();
        return this == DIVIDED ? whole.toBuilder().deviceLayers(1).build() : whole;
    }

    /** The CPU with machine code; thoroughly, also with the Vector API. */
    public static List<TestDevice> cpus() {
        return Thorough.Times.all() ? List.of(VECTOR, JIT) : List.of(JIT);
    }

    /** Each of the devices with each of the values. */
    public static Stream<Arguments> eachWith(Stream<?> values, TestDevice... devices) {
        List<?> all = values.toList();
        return Arrays.stream(devices).flatMap(device -> all.stream().map(value -> Arguments.of(device, value)));
    }
}
