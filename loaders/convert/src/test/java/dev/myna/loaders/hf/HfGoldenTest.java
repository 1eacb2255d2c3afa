// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tiny checkpoints in every published layout: each tensor is found and has the expected values. */
@NeedsGolden
class HfGoldenTest {
    private static final int EXPERTS = 6;

    /** The expected error by file: the reasons of the manifest in this reader's words. */
    private static final Map<String, String> REASONS = Map.of(
            "global_builtins_print.bin", "pickle at byte 48: the pickle imports \"builtins.print\"",
            "global_posix.bin", "the pickle imports \"posix.getcwd\"",
            "storage_missing.bin", "tensor \"a\": storage \"archive/data/0\" is missing from the archive",
            "storage_short.bin", "storage \"archive/data/0\" has 8 bytes; it must have 6 elements of F16",
            "legacy_tar_format.bin", "not a zip archive",
            "bad_offsets.safetensors", "tensor \"a\": data_offsets [0, 99] hold 99 bytes; shape [4] of F32 needs 16",
            "huge_header.safetensors", "the header length at byte 0 is 4611686018427387904");

    @Test
    void readsTheValuesOfEveryModel() {
        for (Map<String, Object> model : list(Golden.json("convert/manifest.json"), "models")) {
            int compared = compare(model, "text") + compare(model, "vision");
            assertTrue(compared > 30, model.get("name") + ": " + compared + " tensors were compared");
        }
    }

    @Test
    void refusesEveryBadFile() {
        List<Map<String, Object>> files = list(Golden.json("convert/manifest.json"), "refuse");
        assertEquals(REASONS.size(), files.size());
        for (Map<String, Object> entry : files) {
            Path path = Golden.path("convert/" + entry.get("file"));
            String name = path.getFileName().toString();
            CheckpointException refusal = assertThrows(CheckpointException.class, () -> open(path), name);
            String message = Hostile.checked(refusal, name);
            assertTrue(message.contains(REASONS.get(name)), message);
        }
    }

    private static void open(Path path) {
        (path.toString().endsWith(".bin") ? PyTorchFile.open(path) : SafetensorsFile.open(path)).close();
    }

    private static int compare(Map<String, Object> model, String part) {
        float[] expected = Golden.floats("convert/" + model.get(part + "_file"));
        int compared = 0;
        try (HfCheckpoint own = HfCheckpoint.open(Golden.path("convert/" + model.get("checkpoint")));
                HfCheckpoint tower = model.get("clip") == null
                        ? null
                        : HfCheckpoint.open(Golden.path("convert/" + model.get("clip")))) {
            for (Map<String, Object> tensor : list(model, part)) {
                if (isPermuted(model, tensor)) {
                    continue;
                }
                String name = source(model, tensor);
                float[] values = experts(name).stream()
                        .map(expert -> find(own, tower, expert))
                        .reduce(new float[0], HfGoldenTest::joined);
                int first = ((Number) tensor.get("offset")).intValue() / Float.BYTES;
                int count = ((Number) tensor.get("nbytes")).intValue() / Float.BYTES;
                assertArrayEquals(Arrays.copyOfRange(expected, first, first + count), values, name);
                compared++;
            }
        }
        return compared;
    }

    private static float[] find(Checkpoint own, Checkpoint tower, String name) {
        SourceTensor source = own.find(name)
                .or(() -> tower == null ? Optional.empty() : tower.find(name))
                .orElse(null);
        assertNotNull(source, name);
        return Values.floats(source, 1000);
    }

    /** The manifest writes one name for the tensors of all experts, which are joined in the conversion. */
    private static List<String> experts(String name) {
        return name.contains("*")
                ? IntStream.range(0, EXPERTS)
                        .mapToObj(expert -> name.replace("*", Integer.toString(expert)))
                        .toList()
                : List.of(name);
    }

    private static float[] joined(float[] left, float[] right) {
        float[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    /** The conversion reorders rows of queries and keys for llama's rotary embedding. */
    private static boolean isPermuted(Map<String, Object> model, Map<String, Object> tensor) {
        Map<?, ?> metadata = (Map<?, ?>) model.get("kv_text");
        return "llama".equals(metadata.get("general.architecture"))
                && tensor.get("name").toString().matches("blk\\.\\d+\\.attn_[qk]\\.weight");
    }

    /** The manifest gives original names for the -hf layout where they differ. */
    private static String source(Map<String, Object> model, Map<String, Object> tensor) {
        String name = tensor.get("source").toString();
        if (!model.get("name").equals("pangea-hf") || name.startsWith("vision_tower.")) {
            return name;
        }
        return name.replaceFirst("^model\\.mm_projector\\.0", "multi_modal_projector.linear_1")
                .replaceFirst("^model\\.mm_projector\\.2", "multi_modal_projector.linear_2")
                .replaceFirst("^model\\.image_newline", "image_newline")
                .replaceFirst("^(model|lm_head)\\.", "language_model.$1.");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> json, String key) {
        return (List<Map<String, Object>>) json.get(key);
    }
}
