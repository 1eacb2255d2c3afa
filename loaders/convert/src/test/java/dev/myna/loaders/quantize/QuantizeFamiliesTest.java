// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of newer families are quantized. */
@NeedsGolden
class QuantizeFamiliesTest {
    @TempDir
    Path folder;

    @Test
    void aGemmaBecomesSmallerAndKeepsItsNorms() throws IOException {
        try (GgufFile result = quantize("text")) {
            assertEquals(TensorType.Q8_0, result.require("blk.0.attn_q.weight").type());
            assertEquals(TensorType.Q8_0, result.require("token_embd.weight").type());
            assertEquals(
                    TensorType.F32, result.require("blk.0.attn_q_norm.weight").type());
            assertEquals(7, result.metadata().integer("general.file_type", 0, 100));
        }
    }

    @Test
    void aProjectionThatIsStoredByColumnsKeepsSixteenBits() throws IOException {
        try (GgufFile result = quantize("mmproj")) {
            assertEquals(
                    TensorType.Q8_0, result.require("v.blk.0.attn_q.weight").type());
            assertEquals(
                    TensorType.F16, result.require("mm.input_projection.weight").type());
        }
    }

    private GgufFile quantize(String part) throws IOException {
        Path target = folder.resolve(part + ".gguf");
        try (GgufFile source = GgufFile.open(Golden.path("families/gemma3/gemma3-f32/" + part + ".gguf"))) {
            Quantization.of(source, FileType.Q8_0, QuantizeOptions.defaults()).write(target, 1, _ -> {});
        }
        return GgufFile.open(target);
    }
}
