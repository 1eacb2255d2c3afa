// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.testing.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A golden case of a SigLIP family, as its decoder sees it.
 *
 * @param folder of the model, in the golden folder
 * @param ids of the prompt; {@link #BLOCK} stands for a block of rows
 * @param blocks rows of each block, in order
 * @param rows of all blocks, [sum of blocks, width]
 * @param greedy the 16 ids that follow
 */
public record SiglipCase(
        String folder,
        String architecture,
        String name,
        int[] ids,
        int[] blocks,
        float[] rows,
        float[] firstLogits,
        int[] greedy) {

    /** Where a block of rows is spliced. */
    public static final int BLOCK = -200;

    public Path textFile() {
        return Golden.path(folder + "/text.gguf");
    }

    /** Positions of the prompt. */
    public int size() {
        int size = ids.length - blocks.length;
        for (int block : blocks) {
            size += block;
        }
        return size;
    }

    /** First and last position of each block. */
    public int[][] intervals() {
        int[][] intervals = new int[blocks.length][];
        int at = 0;
        int next = 0;
        for (int id : ids) {
            if (id == BLOCK) {
                intervals[next] = new int[] {at, at + blocks[next] - 1};
                at += blocks[next++];
            } else {
                at++;
            }
        }
        return intervals;
    }

    /** All cases of all models of a family. */
    public static List<SiglipCase> of(String family) {
        String folder = "families/" + family;
        List<SiglipCase> cases = new ArrayList<>();
        for (Object each : (List<?>) Golden.json(folder + "/manifest.json").get("models")) {
            Map<?, ?> model = (Map<?, ?>) each;
            for (Object golden : (List<?>) model.get("cases")) {
                cases.add(of(folder + "/" + model.get("name"), (String) model.get("arch"), (Map<?, ?>) golden));
            }
        }
        return cases;
    }

    private static SiglipCase of(String folder, String architecture, Map<?, ?> golden) {
        int[] blocks = QwenCase.ints(golden.get("blocks"));
        return new SiglipCase(
                folder,
                architecture,
                (String) golden.get("case"),
                QwenCase.ints(golden.get("ids")),
                blocks,
                blocks.length == 0 ? new float[0] : floats(folder, golden.get("rows")),
                floats(folder, golden.get("first_logits")),
                QwenCase.ints(golden.get("greedy")));
    }

    private static float[] floats(String folder, Object stored) {
        return Golden.floats(folder + "/" + ((Map<?, ?>) stored).get("file"));
    }

    @Override
    public String toString() {
        return folder + ", " + name;
    }
}
