// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.gemma3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.Families;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.SiglipVisionCase;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.Numbers;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Crops of long images, beside the whole image. */
class PanAndScanTest {
    static Stream<SiglipVisionCase> cases() {
        return SiglipVisionCase.of("gemma3").stream()
                .filter(golden -> golden.options().containsKey("pan"));
    }

    @NeedsGolden
    @ParameterizedTest
    @MethodSource("cases")
    void cropsEqualTheGoldens(SiglipVisionCase golden) throws Exception {
        int least = (Integer) ((Map<?, ?>) golden.options().get("pan_args")).get("min_crop");
        RgbImage image = golden.images().getFirst();
        try (GgufFile file = GgufFile.open(golden.file());
                Device device = TestDevice.JIT.open()) {
            VisionConfig config = Families.visionConfig(file);
            PanAndScan tiling = new PanAndScan(
                    config, Gemma3Projector.blocks(file, config).blocks(), new PanAndScan.Crops(4, least));
            assertEquals(golden.plans().getFirst().get("boxes"), boxes(tiling, image));
            ImageLayout layout = tiling.layout(image.width(), image.height(), ImageMode.AUTO);
            List<String> tiles = new ArrayList<>();
            for (RgbImage tile : layout.cut(image, Checkpoint.NONE)) {
                tiles.add(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(tile.rgb())));
            }
            assertEquals(golden.tiles(), tiles);
            float[] rows = new VisionEncoder(file, config, device).encode(image, layout, Checkpoint.NONE);
            assertTrue(Numbers.maxAbs(golden.rows(), rows) <= 1e-4);
        }
    }

    /** The whole image, then the crops. */
    private static List<List<Integer>> boxes(PanAndScan tiling, RgbImage image) {
        List<List<Integer>> boxes = new ArrayList<>();
        boxes.add(List.of(0, 0, image.width(), image.height()));
        for (PanAndScan.Box box : tiling.boxes(image.width(), image.height())) {
            boxes.add(List.of(box.left(), box.top(), box.width(), box.height()));
        }
        return boxes;
    }

    @Test
    void onlyLongAndLargeImagesHaveCrops() {
        PanAndScan tiling = new PanAndScan(null, 1, PanAndScan.STANDARD_CROPS);
        assertEquals(0, tiling.boxes(1000, 1000).size());
        assertEquals(0, tiling.boxes(1190, 1000).size());
        assertEquals(2, tiling.boxes(1200, 1000).size());
        assertEquals(2, tiling.boxes(1000, 1200).size());
        assertEquals(4, tiling.boxes(9000, 300).size());
        assertEquals(4, tiling.boxes(300, 9000).size());
        assertEquals(0, tiling.boxes(9000, 200).size());
        assertEquals(0, tiling.boxes(500, 250).size());
        assertEquals(
                0, new PanAndScan(null, 1, PanAndScan.NO_CROPS).boxes(9000, 300).size());
        assertEquals(3, limited(tiling, 3).boxes(9000, 300).size());
        assertEquals(0, limited(tiling, 1).boxes(9000, 300).size());
    }

    @Test
    void cropsCoverTheImage() {
        PanAndScan tiling = new PanAndScan(null, 1, new PanAndScan.Crops(4, 20));
        for (int width = 20; width < 300; width++) {
            int covered = 0;
            for (PanAndScan.Box box : tiling.boxes(width, 60)) {
                if (box.height() == 60) {
                    assertEquals(covered, box.left());
                    covered += box.width();
                }
            }
            assertTrue(covered == 0 || covered == width, "width " + width);
        }
    }

    @Test
    void textsStandAroundTheImageAndItsCrops() {
        PanAndScan tiling = new PanAndScan(null, 9, PanAndScan.STANDARD_CROPS);
        String block = "\n\n<start_of_image>%d<end_of_image>\n\n";
        assertEquals(
                block.formatted(0),
                text(tiling.layout(1000, 1000, ImageMode.AUTO).place()));
        assertEquals(
                "Here is the original image " + block.formatted(0) + " and here are some crops to help you see better "
                        + block.formatted(9) + " " + block.formatted(18),
                text(tiling.layout(1200, 1000, ImageMode.AUTO).place()));
    }

    private static String text(ImagePlace place) {
        StringBuilder text = new StringBuilder();
        for (ImagePlace.Part part : place.parts()) {
            switch (part) {
                case ImagePlace.Text(String words) -> text.append(words);
                case ImagePlace.Rows(int first, int _) -> text.append(first);
            }
        }
        return text.toString();
    }

    private static PanAndScan limited(PanAndScan tiling, int tiles) {
        return (PanAndScan) tiling.limited(tiles).orElseThrow();
    }
}
