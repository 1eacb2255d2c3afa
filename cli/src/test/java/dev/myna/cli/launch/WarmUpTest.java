// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.ModelFiles;
import dev.myna.engine.warmup.KernelWarmUp.Part;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void theEmbeddedModelHasTheTypesItBeginsWith() {
        Set<TensorType> types = ModelFiles.embedded().stream()
                .map(GgufFile::tensors)
                .flatMap(tensors -> tensors.values().stream())
                .map(Tensor::type)
                .collect(Collectors.toSet());
        assertEquals(types, WarmUp.EMBEDDED);
    }

    @Test
    void guessesFromTheCommandLine() {
        assertEquals(Set.of(Part.TEXT), WarmUp.parts(List.of("run", "-p", "hi")));
        assertTrue(WarmUp.parts(List.of("run", "--image=cat.png")).contains(Part.IMAGES));
        assertTrue(WarmUp.parts(List.of("chat")).contains(Part.IMAGES));
        assertEquals(WarmUp.EMBEDDED, WarmUp.types(List.of("run", "-p", "hi")));
        assertEquals(Set.of(TensorType.F32), WarmUp.types(List.of("run", "-m", "file.gguf")));
    }

    @Test
    void whatNeedsNoKernelsStartsNone() {
        assertSame(WarmUp.NONE, WarmUp.start(new String[] {"inspect", "file.gguf"}));
        assertSame(WarmUp.NONE, WarmUp.start(new String[] {"run", "--help"}));
        assertSame(WarmUp.NONE, WarmUp.start(new String[0]));
        assertSame(WarmUp.NONE, WarmUp.start(new String[] {"run", "-p", "hi", "--perf-map"}));
    }
}
