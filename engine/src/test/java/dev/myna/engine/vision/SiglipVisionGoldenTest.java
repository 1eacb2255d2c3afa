// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.TestDevice;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.Families;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import dev.myna.testing.Thorough;
import java.lang.foreign.Arena;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From pixels to decoder rows: tiles equal Pillow's byte for byte, every stage equals a float64 reference. */
@NeedsGolden
class SiglipVisionGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /**
     * One case of each set of images and options. Plans of Gemma 3 with crops of another size than the published one are tested in its
     * package.
     */
    static Stream<SiglipVisionCase> cases() {
        Set<List<Object>> seen = new HashSet<>();
        return Stream.of("gemma3", "smolvlm", "internvl3", "ayavision", "llava")
                .flatMap(family -> SiglipVisionCase.of(family).stream())
                .filter(golden -> !golden.options().containsKey("pan"))
                .filter(golden ->
                        seen.add(List.of(golden.model(), golden.golden().get("images"), golden.options())));
    }

    static Stream<SiglipVisionCase> firstCases() {
        return cases().filter(golden -> !golden.stages().isEmpty());
    }

    /** On the reference device, one model of each family in a plain build. */
    static Stream<Arguments> casesOnCpu() {
        List<SiglipVisionCase> scalar = Thorough.Cases.of(cases().toList(), SiglipVisionCase::family);
        return Stream.of(
                        TestDevice.eachWith(scalar.stream(), TestDevice.SCALAR),
                        TestDevice.eachWith(firstCases(), TestDevice.VECTOR),
                        TestDevice.eachWith(cases(), TestDevice.JIT))
                .flatMap(each -> each);
    }

    static Stream<Arguments> stagesOnCpu() {
        List<SiglipVisionCase> scalar = Thorough.Cases.of(firstCases().toList(), SiglipVisionCase::family);
        return Stream.concat(
                TestDevice.eachWith(scalar.stream(), TestDevice.SCALAR),
                TestDevice.eachWith(firstCases(), TestDevice.VECTOR, TestDevice.JIT));
    }

    static Stream<Arguments> casesOnOpenCl() {
        return TestDevice.eachWith(cases(), TestDevice.OPENCL);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tilesEqualPillowByteForByte(SiglipVisionCase golden) throws Exception {
        List<String> tiles = new ArrayList<>();
        List<Integer> blocks = new ArrayList<>();
        try (GgufFile file = GgufFile.open(golden.file())) {
            for (RgbImage image : golden.images()) {
                ImageLayout layout = layout(golden, file, image);
                for (RgbImage tile : layout.cut(image, Checkpoint.NONE)) {
                    tiles.add(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(tile.rgb())));
                }
                int next = 0;
                for (ImagePlace.Part part : layout.place().parts()) {
                    if (part instanceof ImagePlace.Rows(int first, int count)) {
                        assertEquals(next, first);
                        next += count;
                        blocks.add(count);
                    }
                }
                assertEquals(next, layout.rows());
            }
        }
        assertEquals(golden.tiles(), tiles);
        assertEquals(golden.blocks(), blocks);
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("casesOnCpu")
    void decoderRowsEqualFloat64(TestDevice target, SiglipVisionCase golden) {
        float[] expected = golden.rows();
        int at = 0;
        try (GgufFile file = GgufFile.open(golden.file());
                Device device = target.open()) {
            VisionEncoder encoder = new VisionEncoder(file, Families.visionConfig(file), device);
            for (RgbImage image : golden.images()) {
                float[] rows = encoder.encode(image, layout(golden, file, image), Checkpoint.NONE);
                double error = Numbers.maxAbs(Arrays.copyOfRange(expected, at, at + rows.length), rows);
                assertTrue(error <= TOLERANCE, "max abs " + error);
                at += rows.length;
            }
        }
        assertEquals(expected.length, at);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("casesOnOpenCl")
    void decoderRowsEqualFloat64OnOpenCl(TestDevice target, SiglipVisionCase golden) {
        decoderRowsEqualFloat64(target, golden);
    }

    @Thorough
    @ParameterizedTest
    @MethodSource("stagesOnCpu")
    void everyStageEqualsFloat64(TestDevice target, SiglipVisionCase golden) {
        try (GgufFile file = GgufFile.open(golden.file());
                Device device = target.open()) {
            VisionConfig config = Families.visionConfig(file);
            Map<String, float[]> stages = stages(golden, file, config, device);
            for (String name : golden.stages().keySet()) {
                float[] actual = stages.get(name);
                if (actual != null) {
                    double error = Numbers.maxAbs(golden.stage(name), actual);
                    assertTrue(error <= TOLERANCE, name + ": max abs " + error);
                }
            }
            assertTrue(stages.containsKey("patch_embd") && stages.containsKey("layer_0"));
            assertEquals(config.parts().finalNorm(), golden.stages().containsKey("post_ln"));
            assertEquals(
                    config.layers() - 1,
                    golden.stages().keySet().stream()
                            .filter(name -> name.startsWith("layer_"))
                            .mapToInt(name -> Integer.parseInt(name.substring(6)))
                            .max()
                            .orElseThrow());
        }
    }

    /** The other form of GELU is another function, by more than the tolerance. */
    @ParameterizedTest
    @MethodSource("firstCases")
    void theOtherFormOfGeluMissesTheGoldens(SiglipVisionCase golden) {
        try (GgufFile file = GgufFile.open(golden.file());
                Device device = TestDevice.VECTOR.open()) {
            VisionConfig c = Families.visionConfig(file);
            VisionConfig other = new VisionConfig(
                    c.family(),
                    c.parts(),
                    c.imageSize(),
                    c.patchSize(),
                    c.width(),
                    c.feedForward(),
                    c.heads(),
                    c.layers(),
                    c.normEps(),
                    c.activation() == Activation.GELU_ERF ? Activation.GELU_TANH : Activation.GELU_ERF,
                    c.mean(),
                    c.std(),
                    c.aspect(),
                    c.features());
            String last = "layer_" + (c.layers() - 1);
            double error = Numbers.maxAbs(
                    golden.stage(last), stages(golden, file, other, device).get(last));
            assertTrue(error > TOLERANCE, "max abs " + error);
        }
    }

    private static Map<String, float[]> stages(
            SiglipVisionCase golden, GgufFile file, VisionConfig config, Device device) {
        RgbImage image = golden.images().getFirst();
        RgbImage tile = layout(golden, file, image).cut(image, Checkpoint.NONE).getFirst();
        float[] pixels = ImagePreprocessor.normalize(tile, config.mean(), config.std());
        Map<String, float[]> stages = new HashMap<>();
        try (Arena scope = Arena.ofShared()) {
            Buffer features = device.allocate(scope, config.featureRows(), config.width());
            new VitTower(file, config, device).encode(pixels, 1, features, (stage, rows, n) -> {
                float[] values = new float[n * rows.width()];
                device.read(rows, values, 0, n);
                stages.put(stage.equals("patch_conv") ? "patch_embd" : stage, values);
            });
        }
        return stages;
    }

    /** The connectors' first step moves or averages numbers, nothing else. */
    @ParameterizedTest
    @MethodSource("firstCases")
    void blocksOfPatchesAreJoinedOrAveraged(SiglipVisionCase golden) {
        boolean shuffled = golden.stages().containsKey("shuffled");
        if (!shuffled && !golden.stages().containsKey("pooled")) {
            return;
        }
        try (GgufFile file = GgufFile.open(golden.file())) {
            VisionConfig config = Families.visionConfig(file);
            PatchBlocks blocks = PatchBlocks.read(file, config, 4);
            float[] tower = golden.stage(config.parts().finalNorm() ? "post_ln" : "layer_" + (config.layers() - 1));
            int skipped = tower.length - config.featureRows() * config.width();
            float[] features = Arrays.copyOfRange(tower, skipped, tower.length);
            if (shuffled) {
                assertArrayEquals(golden.stage("shuffled"), blocks.shuffle(features));
                PatchBlocks others = new PatchBlocks(blocks.side(), 1, blocks.width());
                assertFalse(Arrays.equals(golden.stage("shuffled"), others.shuffle(features)));
            } else {
                assertTrue(Numbers.maxAbs(golden.stage("pooled"), blocks.mean(features)) <= 1e-6);
            }
        }
    }

    /** Nothing in the files is left over. */
    @ParameterizedTest
    @MethodSource("firstCases")
    void everyKeyAndTensorIsUsed(SiglipVisionCase golden) {
        try (GgufFile file = GgufFile.open(golden.file())) {
            assertEquals(List.of(), ModelCheck.vision(file));
        }
    }

    private static ImageLayout layout(SiglipVisionCase golden, GgufFile file, RgbImage image) {
        VisionConfig config = Families.visionConfig(file);
        Tiling tiling = config.family().tiling(file, config);
        Map<String, Object> options = golden.options();
        if (options.get("max_tiles") instanceof Integer most) {
            tiling = tiling.limited(most).orElseThrow();
        }
        if (Boolean.FALSE.equals(options.get("split"))) {
            tiling = tiling.limited(1).orElseThrow();
        }
        if (golden.images().size() > 1) {
            tiling = tiling.amongOthers();
        }
        return tiling.layout(image.width(), image.height(), ImageMode.AUTO);
    }
}
