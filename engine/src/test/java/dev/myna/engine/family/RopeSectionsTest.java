// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which axis turns which pair. */
class RopeSectionsTest {

    @NeedsGolden
    @Test
    void axesOfPairsAreTheGoldens() {
        for (Object each : (List<?>) Golden.json("families/qwen-geometry.json").get("mrope_axes")) {
            Map<?, ?> golden = (Map<?, ?>) each;
            int[] sections = DecoderCase.ints(golden.get("sections"));
            Rope rope = rope((Integer) golden.get("head_dim"));
            Rope turned = golden.get("arch").equals("qwen3vl")
                    ? sections(sections).interleaved(rope)
                    : sections(sections).chunked(rope);
            StringBuilder axes = new StringBuilder();
            turned.axes().forEach(axis -> axes.append("thw".charAt(axis)));
            assertEquals(golden.get("axis"), axes.toString(), golden.toString());
            assertEquals(rope.divisors(), turned.divisors());
        }
    }

    @Test
    void timeAloneIsPlainRope() {
        assertEquals(rope(16), sections(8, 0, 0).chunked(rope(16)));
        assertEquals(rope(16), sections(8, 0, 0).interleaved(rope(16)));
    }

    @Test
    void sectionsAreAllPairsOfAHead() {
        for (int[] wrong : new int[][] {{2, 3, 2}, {2, 3, 4}, {Integer.MAX_VALUE, Integer.MAX_VALUE, 10}}) {
            for (int i = 0; i < 2; i++) {
                boolean chunked = i == 0;
                ModelException refused = assertThrows(ModelException.class, () -> apply(sections(wrong), chunked));
                assertTrue(refused.getMessage().startsWith("file.gguf: KEY = "), refused.getMessage());
            }
        }
    }

    private static Rope apply(RopeSections sections, boolean chunked) {
        return chunked ? sections.chunked(rope(16)) : sections.interleaved(rope(16));
    }

    private static RopeSections sections(int... pairs) {
        return new RopeSections("file.gguf", "KEY", pairs[0], pairs[1], pairs[2]);
    }

    private static Rope rope(int headDim) {
        return new Rope(headDim, 1e6f, RopePairing.SPLIT_HALF);
    }
}
