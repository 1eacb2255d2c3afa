// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.testing.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The goldens of the families with square tiles. */
final class SiglipCases {
    private SiglipCases() {}

    /** All cases of all models of a family. */
    static List<DecoderCase> of(String family) {
        String folder = "families/" + family;
        List<DecoderCase> cases = new ArrayList<>();
        for (Object each : (List<?>) Golden.json(folder + "/manifest.json").get("models")) {
            Map<?, ?> model = (Map<?, ?>) each;
            for (Object golden : (List<?>) model.get("cases")) {
                cases.add(of(folder, (String) model.get("name"), (Map<?, ?>) golden));
            }
        }
        return cases;
    }

    private static DecoderCase of(String family, String model, Map<?, ?> golden) {
        String folder = family + "/" + model;
        int[] ids = DecoderCase.ints(golden.get("ids"));
        int[] blocks = DecoderCase.ints(golden.get("blocks"));
        int size = (Integer) golden.get("positions");
        int[][] positions = new int[size][];
        for (int i = 0; i < size; i++) {
            positions[i] = new int[] {i, i, i};
        }
        return new DecoderCase(
                family,
                model,
                (String) golden.get("case"),
                Golden.path(folder + "/text.gguf"),
                ids,
                blocks.length == 0 ? List.of() : images(blocks, DecoderCase.floats(folder, golden.get("rows"))),
                positions,
                size,
                DecoderCase.floats(folder, golden.get("first_logits")),
                DecoderCase.ints(golden.get("greedy")),
                List.of());
    }

    /** @param rows of all blocks, [sum of blocks, width] */
    private static List<DecoderCase.Image> images(int[] blocks, float[] rows) {
        int width = rows.length / Arrays.stream(blocks).sum();
        List<DecoderCase.Image> images = new ArrayList<>();
        int at = 0;
        for (int block : blocks) {
            float[] own = Arrays.copyOfRange(rows, at * width, (at + block) * width);
            images.add(new DecoderCase.Image(block, null, own, List.of()));
            at += block;
        }
        return images;
    }
}
