// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Json;
import org.junit.jupiter.api.Test;

class KernelsInUseTest {
    @Test
    void benchNamesTheKernelsThatRan() {
        assertEquals("jit", KernelsInUse.name("CPU, machine code for AVX-512 VNNI, 512-bit vectors, 2 threads"));
        assertEquals("vector", KernelsInUse.name("CPU, 256-bit vectors, 1 thread"));
        assertEquals("scalar", KernelsInUse.name("CPU, scalar, 1 thread"));
        assertEquals("opencl", KernelsInUse.name("opencl:0 Some GPU; the others on the CPU, scalar, 1 thread"));
        Captured bench = Captured.run(
                "bench",
                "-p",
                "2",
                "-n",
                "0",
                "-r",
                "1",
                "--no-warmup",
                "--kernels",
                "scalar",
                "-o",
                "jsonl",
                "-t",
                "1");
        assertEquals(ExitCode.OK, bench.code(), bench.err());
        assertEquals("scalar", Json.object(bench.out()).get("kernels"), bench.out());
        assertFalse(Json.object(bench.out()).containsKey("fallback"), bench.out());
    }
}
