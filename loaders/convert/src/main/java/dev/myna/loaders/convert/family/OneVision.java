// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** LLaVA-OneVision in the layout of transformers: tiles of a SigLIP tower, two layers, a Qwen2. */
final class OneVision implements PublishedFamily {
    private static final String FIRST = "embeddings.patch_embedding.weight";
    private static final String PINPOINTS = "image_grid_pinpoints";
    private static final String NEWLINE = "image_newline";
    private static final Pattern ASPECT = Pattern.compile("anyres_max_([0-9]{1,3})");
    private static final int BICUBIC = 3;
    private static final int HEADS = 16;
    private static final int MAX_PIXELS = 1 << 16;
    private static final int MOST_TILES = 256;

    /** Canvases of files that do not say: all of 1 to 6 tiles a side. */
    private static final int CANVAS_SIDE = 6;

    @Override
    public String title() {
        return "LLaVA-OneVision";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llava_onevision");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        requireSupported(config);
        TextPart text = InternTower.text(folder, name, TextPart.config(config));
        TensorMapping tensors = new TensorMapping(folder);
        HfConfig visionConfig = config.childOrEmpty("vision_config");
        SiglipTower tower = SiglipTower.of(
                tensors,
                visionConfig,
                tensors.prefixOf(FIRST, "vision_tower.vision_model.", "model.vision_tower.vision_model."),
                HEADS,
                false);
        visionConfig.bool("vision_use_head", false); // pools rows; nothing uses the result
        int outputs = text.decoder().width();
        String projector =
                tensors.prefixOf("linear_1.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        tensors.biased("mm.0", projector + "linear_1", outputs, tower.width());
        tensors.biased("mm.2", projector + "linear_2", outputs, outputs);
        tensors.tensor("model." + NEWLINE, tensors.prefixOf(NEWLINE, "", "model.") + NEWLINE, outputs);
        int layers = layersToRun(config, tower.layers());
        int[] canvases = canvases(config, tower.imageSize());
        int mapTiles = mapTiles(config);
        HfConfig preprocessor = folder.preprocessor();
        Preprocessing.checkSteps(preprocessor, BICUBIC, Set.of("size")).ifPresent(folder.notes()::add);
        PlannedFile vision = tower.part("mlp", outputs)
                .file(
                        name,
                        preprocessor,
                        VisionPart.halves(),
                        VisionPart.halves(),
                        tensors,
                        writer -> writer.bool("clip.use_gelu", true)
                                .integers("clip.vision.feature_layer", layers)
                                .integers("clip.vision.image_grid_pinpoints", canvases)
                                .string("clip.vision.mm_patch_merge_type", "spatial_unpad")
                                .string("clip.vision.image_aspect_ratio", "anyres")
                                .u32("clip.vision.anyres_max_tiles", mapTiles));
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    private static void requireSupported(HfConfig config) {
        String strategy = "vision_feature_select_strategy";
        if (!config.string(strategy, "full").equals("full")) {
            throw config.fail(strategy, "is not supported; it must be full");
        }
        if (!config.string("projector_hidden_act", "gelu").equals("gelu")) {
            throw config.fail("projector_hidden_act", "is not supported; it must be gelu");
        }
        if (!config.bool("multimodal_projector_bias", true)) {
            throw config.fail("multimodal_projector_bias", "is not supported; it must be true");
        }
    }

    /** How many layers run: negative numbers count from behind the last one. */
    private static int layersToRun(HfConfig config, int layers) {
        String key = "vision_feature_layer";
        int stated = config.integer(key, -1024, 1024, -1);
        int run = stated < 0 ? layers + 1 + stated : stated;
        if (run < 1 || run > layers) {
            throw config.fail(key, "must be one of the tower's " + layers + " layers");
        }
        return run;
    }

    /** Tiles whose rows the map of patches may have. */
    private static int mapTiles(HfConfig config) {
        String key = "vision_aspect_ratio";
        Matcher aspect = ASPECT.matcher(config.string(key, "anyres_max_9"));
        int tiles = aspect.matches() ? Integer.parseInt(aspect.group(1)) : 0;
        if (tiles < 1 || tiles > MOST_TILES) {
            throw config.fail(key, "is not supported; it must be anyres_max_N with N from 1 to " + MOST_TILES);
        }
        return tiles;
    }

    /** Canvas sizes, in their order. transformers writes height and width, GGUF files width and height. */
    private static int[] canvases(HfConfig config, int tile) {
        if (!config.has(PINPOINTS)) {
            int[] all = new int[2 * CANVAS_SIDE * CANVAS_SIDE];
            for (int i = 0; i < CANVAS_SIDE * CANVAS_SIDE; i++) {
                all[2 * i] = tile * (1 + i % CANVAS_SIDE);
                all[2 * i + 1] = tile * (1 + i / CANVAS_SIDE);
            }
            return all;
        }
        int[] pairs = config.pairs(PINPOINTS, MAX_PIXELS);
        if (pairs.length == 0) {
            throw config.fail(PINPOINTS, "must list canvas sizes: the images are of any resolution");
        }
        int[] turned = new int[pairs.length];
        for (int i = 0; i < pairs.length; i += 2) {
            turned[i] = pairs[i + 1];
            turned[i + 1] = pairs[i];
        }
        return turned;
    }
}
