// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.bench.generate.CheckpointGenerator.Layout;
import dev.myna.bench.generate.SyntheticVocabulary.Kind;
import dev.myna.bench.generate.TextShape.Head;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

class CheckpointGeneratorTest {
    private static final TextShape LLAMA =
            new TextShape("llama", 3, 64, 4, 4, 160, 1e-5f, 1e4f, null, Kind.SENTENCE_PIECE, 900, 900, Head.OWN, 512);
    private static final TextShape QWEN2 =
            new TextShape("qwen2", 2, 64, 4, 2, 160, 1e-6f, 1e6f, null, Kind.QWEN2_BPE, 900, 960, Head.OWN, 512);
    private static final VisionShape VISION = new VisionShape(56, 14, 2, 64, 1, 128);

    @TempDir
    Path folder;

    @Test
    void writesArchivesThatOtherReadersAccept() throws IOException {
        long total = CheckpointGenerator.write(folder, Layout.PALO_13B, LLAMA, VISION, 1);
        Map<String, Long> sizes = new HashMap<>();
        long data = 0;
        for (int shard = 1; shard <= 3; shard++) {
            String name = "pytorch_model-0000" + shard + "-of-00003";
            // ZipInputStream compares the checksum of every stored entry.
            try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(folder.resolve(name + ".bin")))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    long size = zip.readAllBytes().length;
                    sizes.put(entry.getName(), size);
                    data += entry.getName().startsWith(name + "/data/") ? size : 0;
                }
            }
            assertTrue(sizes.containsKey(name + "/data.pkl"), name);
        }
        assertEquals(total, data);
        Map<String, Object> index = JSON.std.mapFrom(Files.readString(folder.resolve("pytorch_model.bin.index.json")));
        Map<?, ?> weightMap = (Map<?, ?>) index.get("weight_map");
        assertEquals(weightMap.size(), sizes.size() - 2 * 3, "one storage per tensor");
        assertEquals(
                "pytorch_model-00003-of-00003.bin",
                weightMap.get("model.vision_tower.vision_tower.vision_model.post_layernorm.bias"));
    }

    @Test
    void writesSafetensorsWithoutHoles() throws IOException {
        long total = CheckpointGenerator.write(folder, Layout.PANGEA_7B_HF, QWEN2, VISION, 1);
        long data = 0;
        for (int shard = 1; shard <= 4; shard++) {
            byte[] file = Files.readAllBytes(folder.resolve("model-0000" + shard + "-of-00004.safetensors"));
            int header = Math.toIntExact(
                    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
            Map<String, Object> entries = JSON.std.mapFrom(new String(file, 8, header, StandardCharsets.UTF_8));
            long end = 0;
            for (Map.Entry<String, Object> entry : entries.entrySet()) {
                if (!entry.getKey().equals("__metadata__")) {
                    List<?> offsets = (List<?>) ((Map<?, ?>) entry.getValue()).get("data_offsets");
                    assertEquals(end, ((Number) offsets.get(0)).longValue(), entry.getKey());
                    end = ((Number) offsets.get(1)).longValue();
                }
            }
            assertEquals(file.length, 8 + header + end);
            data += end;
        }
        assertEquals(total, data);
    }

    @Test
    void sizesEqualThePublishedFiles() {
        // docs/spec/models.md 7.1: 14.126 GB and 26.702 GB with the tower.
        assertEquals(14.126, gigabytes(CheckpointPlan.palo(TextShape.VICUNA_7B, VisionShape.CLIP_VIT_L_14_336)), 5e-4);
        assertEquals(26.702, gigabytes(CheckpointPlan.palo(TextShape.VICUNA_13B, VisionShape.CLIP_VIT_L_14_336)), 5e-4);
        assertEquals(
                15.87, gigabytes(CheckpointPlan.pangeaHf(TextShape.QWEN2_7B, VisionShape.CLIP_VIT_L_14_336)), 5e-3);
    }

    private static double gigabytes(CheckpointPlan plan) {
        return plan.entries().stream().mapToLong(CheckpointPlan.Entry::bytes).sum() / 1e9;
    }
}
