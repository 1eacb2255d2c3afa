// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.JsonFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Byte-level BPE as GGUF metadata (docs/spec/tokenizers.md 1 and 4), from {@code vocab.json} and {@code merges.txt} or, where
 * those are absent, from {@code tokenizer.json}. Families use it with different pre-tokenizers.
 */
final class ByteLevelTokenizer {
    private static final int MAX_MERGES = 1 << 22;

    private final TokenTable table;
    private final Pieces pieces;
    private List<String> merges = List.of();

    /** A step that cuts out each digit. */
    private static final String DIGITS = "digits";

    /** A step that splits by GPT-2's pattern, which the file does not spell out. */
    private static final String GPT2 = "GPT-2's pattern";

    /** The pre-tokenizer: how a text is cut into pieces, within which tokens are merged. */
    private enum Pieces {
        QWEN2("qwen2", "NFC", pattern("\\p{N}")),
        LLAMA3("llama-bpe", "", pattern("\\p{N}{1,3}")),
        SMOLLM("smollm", "", DIGITS, GPT2),
        COMMAND_R("command-r", "NFC", DIGITS, GPT2);

        private final String pre;
        private final String normalizer;
        private final List<String> steps;

        Pieces(String pre, String normalizer, String... steps) {
            this.pre = pre;
            this.normalizer = normalizer;
            this.steps = List.of(steps);
        }

        /** As in their tokenizer.json. */
        private static String pattern(String digits) {
            return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        }
    }

    private ByteLevelTokenizer(TokenTable table, Pieces pieces) {
        this.table = table;
        this.pieces = pieces;
    }

    static Consumer<GgufWriter> read(TokenizerFiles files, TokenTable table) {
        Optional<HfConfig> whole = files.whole();
        ByteLevelTokenizer tokenizer = new ByteLevelTokenizer(table, pieces(files));
        Path vocabulary = files.file("vocab.json");
        Optional<HfConfig> vocab = HfConfig.find(vocabulary);
        Path mergesFile = files.file("merges.txt");
        Optional<String> lines = JsonFile.findText(mergesFile);
        if (vocab.isPresent() && lines.isPresent()) {
            tokenizer.addVocabulary(vocab.get());
            tokenizer.merges = merges(mergesFile, lines.get());
        } else if (whole.isPresent()) {
            HfConfig model =
                    whole.get().child("model").orElseThrow(() -> whole.get().fail("model", "is missing"));
            if (!model.string("type", "BPE").equals("BPE")) {
                throw model.fail("type", "is not supported; it must be BPE");
            }
            tokenizer.addVocabulary(model.child("vocab").orElseThrow(() -> model.fail("vocab", "is missing")));
            tokenizer.merges = merges(model);
        } else {
            throw new CheckpointException(files.folder().path()
                    + ": the folder has neither vocab.json with merges.txt nor tokenizer.json; a qwen2 "
                    + "model needs them for its vocabulary");
        }
        files.addTokens(tokenizer.table);
        return tokenizer.writer(files);
    }

    private void addVocabulary(HfConfig vocabulary) {
        for (String text : vocabulary.keys()) {
            int id = vocabulary.integer(text, 0, Integer.MAX_VALUE);
            table.add(vocabulary.path(), id, Text.encode(text), TokenTable.NORMAL);
        }
    }

    /** One merge per line, two tokens separated by a space. The first line may be the version. */
    private static List<String> merges(Path path, String text) {
        List<String> lines = text.lines().toList();
        int first = !lines.isEmpty() && lines.getFirst().startsWith("#version") ? 1 : 0;
        List<String> merges = new ArrayList<>();
        for (int i = first; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty()) {
                merges.add(requirePair(path, "line " + (i + 1), lines.get(i)));
            }
        }
        return merges;
    }

    /** Older files write a merge as one string, newer ones as a list of two. */
    private static List<String> merges(HfConfig model) {
        List<String> merges = new ArrayList<>();
        for (Object merge : model.list("merges")) {
            String joined = merge instanceof List<?> pair && pair.size() == 2
                    ? pair.get(0) + " " + pair.get(1)
                    : String.valueOf(merge);
            merges.add(requirePair(model.path(), "merge " + merges.size(), joined));
        }
        return merges;
    }

    private static String requirePair(Path path, String place, String merge) {
        int blank = merge.indexOf(' ');
        if (blank < 1 || blank == merge.length() - 1 || merge.indexOf(' ', blank + 1) >= 0) {
            throw new CheckpointException(path + ": " + place + ", " + Text.quote(merge)
                    + ", must be two tokens with one blank between them");
        }
        return merge;
    }

    /** An unknown pre-tokenizer is an error: it would give wrong tokens silently. */
    private static Pieces pieces(TokenizerFiles files) {
        List<String> found = new ArrayList<>();
        Optional<HfConfig> whole = files.whole();
        whole.flatMap(json -> json.child("pre_tokenizer")).ifPresent(root -> collectSteps(root, found));
        if (found.isEmpty() && files.architecture().isQwen()) {
            return Pieces.QWEN2;
        }
        List<Pieces> candidates = Arrays.stream(Pieces.values())
                .filter(pieces -> found.equals(pieces.steps))
                .toList();
        if (candidates.isEmpty()) {
            throw new CheckpointException(files.file("tokenizer.json") + ": pre_tokenizer splits by "
                    + Text.quote(String.join(" and ", found))
                    + "; only the patterns of Qwen2, Llama 3, SmolLM and Command R are supported");
        }
        HfConfig normalizer = whole.orElseThrow().childOrEmpty("normalizer");
        boolean stated = normalizer.has("type");
        for (Pieces pieces : candidates) {
            // Files with Qwen2's pattern may leave it out.
            if (!stated && candidates.size() == 1
                    || normalizer.string("type", "").equals(pieces.normalizer)) {
                return pieces;
            }
        }
        throw normalizer.fail("type", "is not supported with these pieces");
    }

    private static void collectSteps(HfConfig step, List<String> found) {
        switch (step.string("type", "")) {
            case "Digits" -> found.add(step.bool("individual_digits", false) ? DIGITS : "runs of digits");
            case "ByteLevel" -> {
                if (step.bool("use_regex", true)) {
                    found.add(GPT2);
                }
            }
            default ->
                step.child("pattern")
                        .filter(pattern -> pattern.has("Regex"))
                        .ifPresent(pattern -> found.add(pattern.string("Regex")));
        }
        for (Object entry : step.list("pretokenizers")) {
            collectSteps(step.entry("pretokenizers", entry), found);
        }
    }

    private Consumer<GgufWriter> writer(TokenizerFiles files) {
        if (merges.isEmpty() || merges.size() > MAX_MERGES) {
            throw new CheckpointException(files.folder().path() + ": the tokenizer has " + merges.size()
                    + " merges; it must have 1 to " + MAX_MERGES);
        }
        int bos = files.id(table, "bos_token");
        int eos = files.id(table, "eos_token");
        int unknown = files.id(table, "unk_token");
        int padding = files.id(table, "pad_token");
        boolean addBos = pieces == Pieces.LLAMA3
                ? files.addsBos(false)
                : files.tokenizer().bool("add_bos_token", false);
        return writer -> {
            writer.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", pieces.pre);
            table.writeTo(writer);
            writer.strings("tokenizer.ggml.merges", merges);
            TokenizerFiles.putId(writer, "bos", bos);
            TokenizerFiles.putId(writer, "eos", eos);
            TokenizerFiles.putId(writer, "unknown", unknown);
            TokenizerFiles.putId(writer, "padding", padding);
            writer.bool("tokenizer.ggml.add_bos_token", addBos)
                    .bool("tokenizer.ggml.add_eos_token", false)
                    .bool("tokenizer.ggml.add_space_prefix", false);
            files.writeTemplate(writer);
        };
    }
}
