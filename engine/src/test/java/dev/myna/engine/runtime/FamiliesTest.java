// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.engine.family.pangea.Pangea;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.loaders.gguf.GgufFile;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each file gets the family that its keys name, and an unknown one is refused with the families that there are. */
class FamiliesTest {
    private static final String TYPE = "clip.projector_type";
    private static final String PINPOINTS = "clip.vision.image_grid_pinpoints";

    @TempDir
    Path folder;

    @Test
    void decodersAreChosenByArchitecture() {
        try (GgufFile file = open(TinyModel.decoder())) {
            assertTrue(Families.isDecoder(file.metadata()));
            assertEquals("llama", Families.decoderConfig(file).architecture());
        }
    }

    @Test
    void unknownArchitectureIsRefusedWithTheSupportedOnes() {
        try (GgufFile file = open(TinyModel.decoder().with("general.architecture", "mamba"))) {
            ModelException refused = assertThrows(ModelException.class, () -> Families.decoderConfig(file));
            assertTrue(
                    refused.getMessage()
                            .endsWith("general.architecture = mamba is not supported; Myna runs "
                                    + Families.architectures()),
                    refused.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "ldp", "ldpv2", "mlp_moe_text"})
    void visionFilesAreChosenByProjectorType(String type) {
        try (GgufFile file = open(TinyModel.vision().with(TYPE, type))) {
            VisionFamily family = Families.visionConfig(file).family();
            assertEquals(type, family.projectorType());
        }
    }

    @Test
    void mlpWithCanvasesIsPangea() {
        try (GgufFile file = open(TinyModel.vision().with(PINPOINTS, new int[] {32, 32}))) {
            assertTrue(Families.visionConfig(file).family() instanceof Pangea);
        }
    }

    @Test
    void otherProjectorsHaveNoTiles() {
        TinyModel vision = TinyModel.vision().with(TYPE, "ldp").with(PINPOINTS, new int[] {32, 32});
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        Path mmproj = vision.write(folder, "mmproj.gguf");
        ModelException refused = assertThrows(
                ModelException.class,
                () -> Myna.load(
                        decoder, mmproj, ModelOptions.builder().threads(1).build()));
        assertTrue(refused.getMessage().contains("any-resolution"), refused.getMessage());
    }

    @Test
    void unknownProjectorIsRefusedWithTheSupportedOnes() {
        try (GgufFile file = open(TinyModel.vision().with(TYPE, "resampler"))) {
            ModelException refused = assertThrows(ModelException.class, () -> Families.visionConfig(file));
            assertTrue(
                    refused.getMessage()
                            .contains("clip.projector_type = resampler is not supported; Myna knows mlp, ldp, ldpv2,"
                                    + " mlp_moe_text"),
                    refused.getMessage());
        }
    }

    @Test
    void projectorWidthIsTheLengthOfTheLastBias() {
        try (GgufFile vision = open(TinyModel.vision());
                GgufFile decoder = GgufFile.open(TinyModel.decoder().write(folder, "decoder.gguf"))) {
            assertEquals(OptionalInt.of(TinyModel.WIDTH), Families.projectorWidth(vision));
            assertEquals(OptionalInt.empty(), Families.projectorWidth(decoder));
        }
    }

    private GgufFile open(TinyModel model) {
        return GgufFile.open(model.write(folder, "model.gguf"));
    }
}
