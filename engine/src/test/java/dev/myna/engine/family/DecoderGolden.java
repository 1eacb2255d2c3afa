// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.TestDevice;
import dev.myna.kernels.Device;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every decoder must do with goldens: logits and tokens equal float64 on every device.
 *
 * <p>A subclass has two static methods with cases: {@code kinds}, which has all kinds of them in a plain build, and {@code firsts} with
 * one of each model.
 */
abstract class DecoderGolden {
    /** Bounds of the first logits for float32 activations: each of them, and all together. */
    private static final double EACH = 1e-3;

    static final double ALL = 5e-5;

    @Thorough
    @ParameterizedTest
    @MethodSource("firsts")
    void firstLogitsWithScalarCode(DecoderCase golden) {
        assertFirstLogits(golden, TestDevice.SCALAR.open());
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("firsts")
    void firstLogitsWithVectors(DecoderCase golden) {
        assertFirstLogits(golden, TestDevice.VECTOR.open());
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("kinds")
    void firstLogitsWithMachineCode(DecoderCase golden) {
        assertFirstLogits(golden, TestDevice.JIT.open());
    }

    @NeedsOpenCl
    @Thorough
    @ParameterizedTest
    @MethodSource("firsts")
    void firstLogitsOnOpenCl(DecoderCase golden) {
        assertFirstLogits(golden, TestDevice.OPENCL.open());
    }

    private static void assertFirstLogits(DecoderCase golden, Device device) {
        try (DecoderRun run = new DecoderRun(golden, device)) {
            assertClose(golden, run.logits(golden, golden.size()), "one pass");
        }
    }

    static void assertClose(DecoderCase golden, float[] logits, String how) {
        double all = Numbers.relativeL2(golden.firstLogits(), logits);
        assertTrue(all <= ALL, golden + ", " + how + ": relative L2 " + all);
        for (int i = 0; i < logits.length; i++) {
            assertEquals(golden.firstLogits()[i], logits[i], EACH, golden + ", " + how + ": logit " + i);
        }
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("kinds")
    void greedyTokensAreTheGoldens(DecoderCase golden) {
        for (TestDevice device : TestDevice.cpus()) {
            try (DecoderRun run = new DecoderRun(golden, device.open())) {
                assertArrayEquals(golden.greedy(), run.greedy(golden), device.toString());
            }
        }
    }
}
