// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.KernelParity;
import dev.myna.kernels.ParityDevices;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.OpenCl;
import java.util.List;

/** OpenCL = scalar. */
@NeedsOpenCl
class OpenClParityTest extends KernelParity {
    @Override
    protected ParityDevices devices() {
        return new ParityDevices(List.of(OpenCl.open()), List.of());
    }

    /** Each pair of types is a program of its own, and PoCL takes its time to build one. */
    @Override
    protected int[] mixedDims() {
        return new int[] {64};
    }
}
