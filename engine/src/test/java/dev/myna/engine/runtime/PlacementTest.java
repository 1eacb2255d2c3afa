// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.TensorType;
import dev.myna.testing.NeedsOpenCl;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {
    @TempDir
    Path folder;

    @Test
    void namesAreThoseOfTheCommandLine() {
        assertFalse(Placement.parse("cpu").onOpenCl());
        assertEquals(Placement.OPENCL_IF_AVAILABLE, Placement.parse("opencl"));
        assertEquals(new Placement.OpenCl(12), Placement.parse("opencl:12"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "opencl:", "opencl:-1", "opencl:1x", "opencl:99999999999", "CPU"})
    void otherNamesAreRefused(String name) {
        assertThrows(RequestException.class, () -> Placement.parse(name));
    }

    /** Whether there is a driver or not. */
    @Test
    void aDeviceThatIsInsistedOnIsThereOrATypedError() {
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        ModelOptions options =
                ModelOptions.builder().placement(new Placement.OpenCl(999)).build();
        DeviceException problem = assertThrows(DeviceException.class, () -> Myna.loadTextOnly(decoder, options));
        assertEquals(DeviceException.Fault.ABSENT, problem.fault());
    }

    /** A pass of a tiny model, whole and divided, and the memory it takes on the device. */
    @NeedsOpenCl
    @Test
    void aDividedModelComputesTheSameAndTakesLessMemory() {
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        float[] whole = null;
        long most = Long.MAX_VALUE;
        for (int layers : new int[] {ModelOptions.ALL_LAYERS, 2, 1, 0}) {
            ModelOptions options = ModelOptions.builder()
                    .placement(Placement.OPENCL_IF_AVAILABLE)
                    .deviceLayers(layers)
                    .build();
            try (Model model = Myna.loadTextOnly(decoder, options);
                    TokenSequence sequence = model.newTokenSequence(
                            SessionOptions.builder().cacheType(TensorType.F32).build())) {
                long memory = model.deviceMemory();
                assertTrue(layers >= 2 ? memory <= most : memory < most, layers + " layers take " + memory);
                most = memory;
                sequence.append(new int[] {1, 70, 90, 101});
                sequence.append(5);
                assertEquals(memory, model.deviceMemory());
                if (whole == null) {
                    whole = sequence.logits().clone();
                }
                assertArrayEquals(whole, sequence.logits(), 1e-3f);
            }
        }
    }

    /** What does not fit beside the weights is found out while the model is loaded, as weights that do not fit are. */
    @NeedsOpenCl
    @Test
    void aSessionThatDoesNotFitSendsTheModelToTheCpu() {
        TinyModel tiny = TinyModel.decoder();
        tiny.metadata.put("llama.context_length", 1 << 20);
        Path decoder = tiny.write(folder, "decoder.gguf");
        ModelOptions fits = ModelOptions.builder()
                .placement(Placement.OPENCL_IF_AVAILABLE)
                .roomFor(SessionOptions.builder().contextSize(64).build())
                .build();
        try (Model model = Myna.loadTextOnly(decoder, fits)) {
            assertTrue(model.info().fallback().isEmpty());
            long weights = model.deviceMemory();
            assertTrue(weights > 0);
        }
        System.setProperty("myna.opencl.memory", "64");
        try {
            SessionOptions huge = SessionOptions.builder()
                    .contextSize(1 << 20)
                    .cacheType(TensorType.F32)
                    .build();
            try (Model model =
                    Myna.loadTextOnly(decoder, fits.toBuilder().roomFor(huge).build())) {
                String reason = model.info().fallback().orElseThrow();
                assertTrue(reason.contains("no room on"), reason);
                assertTrue(reason.endsWith("; fewer layers there (-ngl) may fit; computing on the CPU"), reason);
                assertEquals(0, model.deviceMemory());
            }
            ModelOptions required = fits.toBuilder()
                    .placement(new Placement.OpenCl(0))
                    .roomFor(huge)
                    .build();
            DeviceException problem = assertThrows(DeviceException.class, () -> Myna.loadTextOnly(decoder, required));
            assertEquals(DeviceException.Fault.MEMORY, problem.fault());
        } finally {
            System.clearProperty("myna.opencl.memory");
        }
    }
}
