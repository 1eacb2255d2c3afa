// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.testing.Damage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged small files of a checkpoint are read, or refused with one printable line. {@code -Dmyna.damage.seconds=N} sets a
 * longer run.
 */
class ConversionFuzzTest {
    private static final long SEED = Long.getLong("myna.seed", 20_261_130);
    private static final double SECONDS = Double.parseDouble(System.getProperty("myna.damage.seconds", "2"));

    @TempDir
    Path folder;

    @Test
    @Timeout(1200)
    void damagedSmallFilesReadOrAreRefused() throws IOException {
        System.out.println("ConversionFuzzTest seed " + SEED);
        Random random = new Random(SEED);
        List<Path> sources = List.of(
                full(TinyCheckpoint.llavaHf()).write(folder.resolve("llava")),
                full(json(TinyCheckpoint.llavaHf())).write(folder.resolve("json")),
                full(TinyCheckpoint.palo()).write(folder.resolve("palo")));
        damage(sources, random);
    }

    /** As {@link #damagedSmallFilesReadOrAreRefused}, of the families whose checkpoints are made of the goldens. */
    @NeedsGolden
    @Test
    @Timeout(1200)
    void damagedSmallFilesOfFamiliesReadOrAreRefused() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (GgufFile text = golden("qwen3/text-f32")) {
            sources.add(FamiliesGoldenTest.qwen3(text).write(folder.resolve("qwen3")));
        }
        sources.add(of("qwen2vl/text-f32", "qwen2vl/mmproj-f32", FamiliesGoldenTest::qwen2Vl));
        sources.add(of("qwen25vl/text-f32", "qwen25vl/mmproj-f32", FamiliesGoldenTest::qwen25Vl));
        sources.add(of("qwen3vl/text-f32", "qwen3vl/mmproj-f32", FamiliesGoldenTest::qwen3Vl));
        sources.add(of("gemma3/gemma3-f32/text", "gemma3/gemma3-f32/mmproj", FamiliesGoldenTest::gemma3));
        sources.add(of("smolvlm/smolvlm-f32/text", "smolvlm/smolvlm-f32/mmproj", FamiliesGoldenTest::smolVlm));
        String intern = "internvl3/internvl3-f32/";
        sources.add(of(
                intern + "text",
                intern + "mmproj",
                (text, vision) -> FamiliesGoldenTest.internVl3(text, vision, true)));
        sources.add(of(
                "internvl3/internvl3-6b-style/text",
                "internvl3/internvl3-6b-style/mmproj",
                (text, vision) -> FamiliesGoldenTest.internVl3(text, vision, false)));
        sources.add(
                of("ayavision/ayavision-f32/text", "ayavision/ayavision-f32/mmproj", FamiliesGoldenTest::ayaVision));
        sources.add(of("llava/onevision-f32/text", "llava/onevision-f32/mmproj", FamiliesGoldenTest::oneVision));
        damage(sources, new Random(SEED + 1));
    }

    private Path of(String text, String vision, BiFunction<GgufFile, GgufFile, FamilyCheckpoint> family)
            throws IOException {
        try (GgufFile decoder = golden(text);
                GgufFile tower = golden(vision)) {
            return family.apply(decoder, tower).write(folder.resolve(text.replace('/', '-')));
        }
    }

    private static GgufFile golden(String name) {
        return GgufFile.open(Golden.path("families/" + name + ".gguf"));
    }

    private void damage(List<Path> sources, Random random) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path source : sources) {
            read(source);
            try (var all = Files.list(source)) {
                all.filter(file -> !file.toString().endsWith(".safetensors"))
                        .sorted()
                        .forEach(files::add);
            }
        }
        long end = System.nanoTime() + (long) (SECONDS * 1e9);
        int refused = 0;
        int all = 0;
        for (; System.nanoTime() < end || all < 50; all++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] valid = Files.readAllBytes(file);
            byte[] damaged = Damage.of(valid, random);
            try {
                Files.write(file, damaged);
                read(file.getParent());
            } catch (CheckpointException e) {
                refused++;
                String message = e.getMessage();
                assertEquals(1, message.lines().count(), message);
                assertTrue(message.length() < 1000, message);
                assertTrue(message.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x202E), message);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        file.getFileName() + " number " + all + ": " + new String(damaged, StandardCharsets.ISO_8859_1),
                        e);
            } finally {
                Files.write(file, valid);
            }
        }
        System.out.println("ConversionFuzzTest: " + refused + " of " + all + " were refused");
        assertTrue(refused > 0 && refused < all);
    }

    private void read(Path source) throws IOException {
        try (Conversion conversion = Conversion.open(source, Optional.empty(), "tiny")) {
            for (PlannedFile file : conversion.plan().files()) {
                try (GgufWriter writer = new GgufWriter(folder.resolve("out.gguf"))) {
                    file.metadata().accept(writer);
                }
            }
        }
    }

    private static TinyCheckpoint full(TinyCheckpoint checkpoint) {
        return checkpoint
                .config("rope_parameters", Map.of("rope_theta", 10_000.0, "rope_type", "linear", "factor", 2))
                .json("added_tokens.json", Map.of("[PAD]", 300))
                .json(
                        "tokenizer_config.json",
                        Map.of(
                                "bos_token",
                                "<s>",
                                "eos_token",
                                Map.of("content", "</s>"),
                                "extra_special_tokens",
                                List.of("[PAD]"),
                                "chat_template",
                                "{{ messages }}"))
                .json("special_tokens_map.json", Map.of("unk_token", "<unk>"))
                .json(
                        "preprocessor_config.json",
                        Map.of(
                                "size",
                                Map.of("shortest_edge", 56),
                                "resample",
                                3,
                                "image_mean",
                                List.of(0.5, 0.5, 0.5),
                                "rescale_factor",
                                0.00392156862745098));
    }

    private static TinyCheckpoint json(TinyCheckpoint checkpoint) {
        Map<String, Object> vocab = new LinkedHashMap<>();
        for (String token : List.of("<unk>", "<s>", "</s>", "ab", "abc", "\u2581", "a", "b", "c")) {
            vocab.put(token, vocab.size());
        }
        return checkpoint
                .withoutFile("tokenizer.model")
                .json(
                        "tokenizer.json",
                        Map.of(
                                "added_tokens",
                                List.of(Map.of("id", 1, "content", "<s>", "special", true)),
                                "pre_tokenizer",
                                Map.of("type", "Metaspace", "replacement", "\u2581", "prepend_scheme", "first"),
                                "model",
                                Map.of(
                                        "type",
                                        "BPE",
                                        "byte_fallback",
                                        true,
                                        "vocab",
                                        vocab,
                                        "merges",
                                        List.of(List.of("a", "b"), List.of("ab", "c")))));
    }
}
