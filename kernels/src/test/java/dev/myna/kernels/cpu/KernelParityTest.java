// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.KernelParity;
import dev.myna.kernels.ParityDevices;
import dev.myna.kernels.devices.Devices;
import dev.myna.kernels.machine.Lanes;
import dev.myna.testing.Machine;
import java.util.List;

/**
 * Vector = scalar, and machine code = scalar (but for quantized weights, see KernelMatMulTest). Runs once per vector width (see
 * pom.xml).
 */
class KernelParityTest extends KernelParity {
    @Override
    protected ParityDevices devices() {
        Machine.assume(Lanes.asRequested(), "no vectors of that width");
        return new ParityDevices(List.of(Devices.cpu(3, CpuKernels.VECTOR)), List.of(Devices.cpu(3, CpuKernels.JIT)));
    }
}
