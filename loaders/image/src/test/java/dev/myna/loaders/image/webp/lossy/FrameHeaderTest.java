// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.webp.GoldenWebp;
import dev.myna.loaders.image.webp.container.WebpHeader;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameHeaderTest {
    /** The golden files that {@code WebpDecoderTest} decodes have the features of their names. */
    @Test
    void goldenFilesUseTheirFeatures() throws IOException {
        assertEquals(8, frame("eight-partitions-sharp").coefficients.length);
        assertEquals(4, frame("partitions-without-rows").coefficients.length);
        assertTrue(frame("filter-deltas-skip").skipProbability > 0);
        assertTrue(frame("filter-deltas-segments").segmentProbabilities != null);
        LoopFilter filter = frame("filter-deltas-segments").filter;
        assertTrue(filter.level(3, false) != filter.level(3, true) && filter.level(3, false) != filter.level(0, false));
        assertTrue(!frame("no-filter").filter.used());
        int[] updated = frame("fine-quantizer").probabilities;
        assertTrue(!Arrays.equals(updated, frame("one-macroblock").probabilities));
    }

    private static FrameHeader frame(String name) throws IOException {
        byte[] webp = GoldenWebp.named(name);
        WebpHeader header = WebpHeader.of(webp);
        return new FrameHeader(webp, header.from(), header.to());
    }
}
