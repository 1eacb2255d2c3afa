// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A golden case with images of a family with a SigLIP or InternViT tower. */
public record SiglipVisionCase(String family, String model, Map<String, Object> golden) {

    /** All cases of a family that have images. */
    public static List<SiglipVisionCase> of(String family) {
        List<SiglipVisionCase> cases = new ArrayList<>();
        for (Map<String, Object> model : list(Golden.json("families/" + family + "/manifest.json"), "models")) {
            for (Map<String, Object> golden : list(model, "cases")) {
                if (!list(golden, "tiles").isEmpty()) {
                    cases.add(new SiglipVisionCase(family, (String) model.get("name"), golden));
                }
            }
        }
        return cases;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> object, String key) {
        return (List<Map<String, Object>>) object.getOrDefault(key, List.of());
    }

    public Path file() {
        return Golden.path(folder() + "mmproj.gguf");
    }

    private String folder() {
        return "families/" + family + "/" + model + "/";
    }

    @SuppressWarnings("unchecked")
    public Map<String, Object> options() {
        return (Map<String, Object>) golden.getOrDefault("options", Map.of());
    }

    /** Images, decoded. */
    public List<RgbImage> images() {
        List<RgbImage> images = new ArrayList<>();
        for (Object name : (List<?>) golden.get("images")) {
            images.add(ImageDecoder.decode(Golden.path(folder() + name), ImageDecoder.Orientation.IGNORE));
        }
        return images;
    }

    /** A plan per image. */
    public List<Map<String, Object>> plans() {
        return list(golden, "plan");
    }

    /** SHA-256 of all tiles of all images, in the order of encoding. */
    public List<String> tiles() {
        return list(golden, "tiles").stream()
                .map(tile -> (String) tile.get("sha256"))
                .toList();
    }

    /** Rows between texts, in order. */
    public List<Integer> blocks() {
        return ((List<?>) golden.get("blocks")).stream().map(n -> (Integer) n).toList();
    }

    /** [sum of blocks, width]. */
    public float[] rows() {
        return floats((Map<?, ?>) golden.get("rows"));
    }

    /** The stages of the first tile; empty in all cases but a model's first. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> stages() {
        return (Map<String, Object>) golden.getOrDefault("stages_tile0", Map.of());
    }

    /** A stage of the first tile. */
    public float[] stage(String name) {
        return floats((Map<?, ?>) stages().get(name));
    }

    private float[] floats(Map<?, ?> stored) {
        return Golden.floats(folder() + stored.get("file"));
    }

    @Override
    public String toString() {
        return model + " " + golden.get("case");
    }
}
