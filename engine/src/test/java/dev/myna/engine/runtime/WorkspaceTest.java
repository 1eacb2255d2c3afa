// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.myna.Myna;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.decoder.Decoder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scratch memory follows the largest pass. */
class WorkspaceTest {
    @TempDir
    Path folder;

    private LoadedModel model;

    @BeforeEach
    void load() {
        model = (LoadedModel) Myna.loadTextOnly(
                TinyModel.decoder().write(folder, "decoder.gguf"),
                ModelOptions.builder().threads(1).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void itGrowsWithTheLargestPassAndNotBeyondWhatMayCome() {
        try (Workspace workspace = new Workspace(model, 200, 1)) {
            int[][] rowsAndRoom = {{1, 16}, {16, 16}, {17, 32}, {3, 32}, {100, 128}, {129, 200}, {200, 200}, {1, 200}};
            Decoder.Scratch before = null;
            for (int[] each : rowsAndRoom) {
                workspace.begin(each[0]);
                assertEquals(each[1], workspace.scratch().rows());
                assertEquals(each[1], workspace.scratch().x().rows());
                if (before != null && before.rows() >= each[0]) {
                    assertSame(before, workspace.scratch());
                } else {
                    assertNotSame(before, workspace.scratch());
                }
                before = workspace.scratch();
            }
            workspace.close();
            workspace.begin(1);
            assertEquals(16, workspace.scratch().rows());
        }
    }

    /** Growing between passes loses nothing: what a pass leaves behind is in the cache. */
    @Test
    void itsSizeChangesNoResult() {
        int[] ids = new int[120];
        Arrays.setAll(ids, i -> 3 + i % 250);
        try (TokenSequence small = model.newTokenSequence(SessionOptions.defaults());
                TokenSequence large = model.newTokenSequence(SessionOptions.defaults())) {
            large.append(new int[250]);
            large.rewind(0);
            for (int[] part : new int[][] {Arrays.copyOf(ids, 20), Arrays.copyOfRange(ids, 20, 120)}) {
                small.append(part);
                large.append(part);
                assertArrayEquals(large.logits(), small.logits());
            }
        }
    }
}
