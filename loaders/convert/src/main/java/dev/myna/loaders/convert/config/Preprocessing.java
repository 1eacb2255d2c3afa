// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks {@code preprocessor_config.json}: settings that a GGUF file cannot hold must have the values that Myna implements. */
public final class Preprocessing {
    private static final int BICUBIC = 3;
    private static final double RESCALE = 1.0 / 255;
    private static final double TOLERANCE = 1e-6;
    private static final Set<String> HARMLESS = Set.of(
            "feature_extractor_type",
            "image_processor_type",
            "processor_class",
            "_valid_processor_keys",
            "do_convert_rgb",
            "aspect_ratio_setting",
            "image_grid_pinpoints",
            "do_pad",
            "image_mean",
            "image_std",
            "data_format",
            "input_data_format",
            "device",
            "disable_grouping",
            "return_tensors",
            "default_to_square",
            "pad_size",
            "image_seq_length",
            "auto_map",
            "image_processor",
            "video_processor_type",
            "crop_size",
            "do_center_crop",
            "longest_edge",
            "shortest_edge",
            "height",
            "width");

    private Preprocessing() {}

    /**
     * Checks that images are prepared as Myna prepares them.
     *
     * @param size side of the tower's images
     * @return one line that names unknown keys; empty if there are none
     * @throws dev.myna.loaders.hf.CheckpointException if they would be prepared differently
     */
    public static Optional<String> check(HfConfig config, int size) {
        boolean padded = config.bool("do_pad", false);
        for (String step : List.of("do_resize", "do_rescale", "do_normalize", "do_center_crop")) {
            // A square is not cropped.
            if (!config.bool(step, true) && !(padded && step.equals("do_center_crop"))) {
                throw config.fail(step, "is not supported: images are always resized, cropped and normalized");
            }
        }
        if (config.integer("resample", 0, 5, BICUBIC) != BICUBIC) {
            throw config.fail("resample", "is not supported; it must be " + BICUBIC + ", bicubic");
        }
        if (Math.abs(config.number("rescale_factor", (float) RESCALE) - RESCALE) > TOLERANCE) {
            throw config.fail("rescale_factor", "is not supported; it must be 1/255");
        }
        requireSize(config, "size", size);
        requireSize(config, "crop_size", size);
        config.has("image_mean");
        config.has("image_std");
        return UnreadKeys.check(config, HARMLESS);
    }

    /**
     * Checks what families that choose sizes by themselves share: steps, the kind of resampling and the scale.
     *
     * @param resample the number of the kind, as Pillow counts them
     * @param known keys that the family reads or that change nothing
     * @return one line that names unknown keys; empty if there are none
     * @throws dev.myna.loaders.hf.CheckpointException if images would be prepared differently
     */
    public static Optional<String> checkSteps(HfConfig config, int resample, Set<String> known) {
        for (String step : List.of("do_resize", "do_rescale", "do_normalize")) {
            if (!config.bool(step, true)) {
                throw config.fail(step, "is not supported: images are always resized and normalized");
            }
        }
        if (config.integer("resample", 0, 5, resample) != resample) {
            throw config.fail("resample", "is not supported; it must be " + resample + " for this family");
        }
        if (Math.abs(config.number("rescale_factor", (float) RESCALE) - RESCALE) > TOLERANCE) {
            throw config.fail("rescale_factor", "is not supported; it must be 1/255");
        }
        known.forEach(config::has);
        return UnreadKeys.check(config, HARMLESS);
    }

    /** A number, or an object with the side under one of several names. */
    private static void requireSize(HfConfig config, String key, int expected) {
        if (!(config.get(key) instanceof Map<?, ?> map)) {
            config.requireEqual(key, expected, "the side of the tower's images");
            return;
        }
        HfConfig sides = config.childOrEmpty(key);
        for (Object side : map.keySet()) {
            if (sides.get(side.toString()) instanceof Integer length && length != expected) {
                throw sides.fail(side.toString(), "must be " + expected + ", the side of the tower's images");
            }
        }
    }
}
