// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.Source.TowerTensors;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.DecoderMapping;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.PlannedTensor;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.convert.tokenizer.TokenizerFiles;
import dev.myna.loaders.quantize.VisionTypes;
import java.util.ArrayList;
import java.util.List;

/** The layout of LLaVA's own code, also used by PALO, Pangea, Parrot and MobileVLM (docs/spec/models.md 7). */
final class LlavaLayout {
    private static final String NEWLINE = "model.image_newline";

    private LlavaLayout() {}

    /** Maps a family's projector. */
    @FunctionalInterface
    interface Projector {
        ProjectorMapping map(HfConfig config, TensorMapping tensors, int visionWidth, int width);
    }

    static ConversionPlan plan(Source source, DecoderArchitecture architecture, Projector projector) {
        HfConfig config = source.config();
        TensorMapping text = new TensorMapping(source.folder());
        DecoderMapping decoder = DecoderMapping.of(
                architecture,
                config,
                DecoderMapping.Sparse.NO,
                config.bool("tie_word_embeddings", false),
                text,
                "model.",
                "lm_head.weight");

        TensorMapping own = new TensorMapping(source.folder());
        TowerTensors tower = source.tower(own, config.integer("mm_vision_select_layer", -1024, 1024), 0);
        config.requireEqual("mm_hidden_size", tower.tower().width(), "the width of the tower");
        List<PlannedTensor> vision = new ArrayList<>(tower.tensors().planned());
        TensorMapping rest = new TensorMapping(source.folder());
        ProjectorMapping mapped = projector.map(config, rest, tower.tower().width(), decoder.width());
        String aspect = aspect(config);
        boolean anyResolution = aspect.equals("anyres");
        if (anyResolution) {
            rest.tensor(NEWLINE, NEWLINE, decoder.width());
        }
        vision.addAll(rest.planned());
        VisionMapping metadata = new VisionMapping(
                tower.tower(),
                mapped,
                decoder.width(),
                features(config),
                aspect,
                anyResolution ? VisionMapping.pinpoints(config) : new int[0],
                anyResolution ? mergeType(config) : "",
                VisionMapping.mean(tower.preprocessor()),
                VisionMapping.std(tower.preprocessor()));
        return ConversionPlan.of(
                source.folders(),
                List.of(
                        new PlannedFile(
                                architecture.gguf(),
                                decoder.metadata(
                                        source.name(),
                                        TokenizerFiles.read(
                                                source.folder(), architecture, config, decoder.vocabularyRows())),
                                decoder::types,
                                text.planned()),
                        new PlannedFile("clip", metadata.metadata(source.name()), VisionTypes::new, vision)),
                List.of(text, own, rest));
    }

    /** By default, LLaVA's code passes images to CLIP's processor unchanged. */
    private static String aspect(HfConfig config) {
        String key = "image_aspect_ratio";
        return switch (config.string(key, "square")) {
            case "pad" -> "pad";
            case "square" -> "square";
            case "anyres" -> "anyres";
            default -> throw config.fail(key, "is not supported; it must be pad, square or anyres");
        };
    }

    private static String features(HfConfig config) {
        String key = "mm_vision_select_feature";
        return switch (config.string(key, "patch")) {
            case "patch" -> "patch";
            case "cls_patch" -> "cls_patch";
            default -> throw config.fail(key, "is not supported; it must be patch or cls_patch");
        };
    }

    private static String mergeType(HfConfig config) {
        String key = "mm_patch_merge_type";
        if (!config.string(key).equals(VisionMapping.SPATIAL_UNPAD)) {
            throw config.fail(key, "is not supported; it must be " + VisionMapping.SPATIAL_UNPAD);
        }
        return VisionMapping.SPATIAL_UNPAD;
    }
}
