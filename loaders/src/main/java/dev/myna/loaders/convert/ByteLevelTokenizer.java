// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Qwen2's byte-level BPE as GGUF metadata (tokenizers.md 1 and 4), from {@code vocab.json} and {@code merges.txt} or, where those
 * are absent, from {@code tokenizer.json}.
 */
final class ByteLevelTokenizer {
    private static final int MAX_MERGES = 1 << 22;
    /** How Qwen2 cuts a text into pieces before it merges within them, as its tokenizer.json spells it. */
    private static final String PIECES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final TokenTable table;
    private List<String> merges = List.of();

    private ByteLevelTokenizer(int rows) {
        table = new TokenTable(rows);
    }

    static Consumer<GgufWriter> read(TokenizerFiles files, int rows) {
        ByteLevelTokenizer tokenizer = new ByteLevelTokenizer(rows);
        Path vocabulary = files.file("vocab.json");
        Path joint = files.file("tokenizer.json");
        Optional<HfConfig> whole = HfConfig.find(joint);
        whole.ifPresent(ByteLevelTokenizer::requirePieces);
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
            throw new CheckpointException(
                    files.folder() + ": the folder has neither vocab.json with merges.txt nor tokenizer.json; a qwen2 "
                            + "model needs them for its vocabulary");
        }
        whole.ifPresent(tokenizer::addTokens);
        files.addTokens(tokenizer.table);
        return tokenizer.writer(files);
    }

    private void addVocabulary(HfConfig vocabulary) {
        for (String text : vocabulary.values().keySet()) {
            int id = vocabulary.integer(text, 0, Integer.MAX_VALUE);
            table.add(vocabulary.path(), id, Text.encode(text), TokenTable.NORMAL);
        }
    }

    /** The tokens that {@code tokenizer.json} adds to its vocabulary. */
    private void addTokens(HfConfig whole) {
        for (Object entry : whole.list("added_tokens")) {
            HfConfig token = whole.entry("added_tokens", entry);
            int type = token.bool("special", false) ? TokenTable.CONTROL : TokenTable.USER_DEFINED;
            table.special(whole.path(), token.integer("id", 0, Integer.MAX_VALUE), token.string("content"), type);
        }
    }

    /** One merge a line, two tokens with a blank between them; the first line may tell the version. */
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

    /** Another way of cutting texts into pieces would give other tokens without any error. */
    private static void requirePieces(HfConfig whole) {
        List<String> found = new ArrayList<>();
        whole.child("pre_tokenizer").ifPresent(root -> collectPatterns(root, found));
        if (!found.isEmpty() && !found.equals(List.of(PIECES))) {
            throw new CheckpointException(whole.path() + ": pre_tokenizer splits by "
                    + Text.quote(String.join(" and ", found)) + "; only the pattern of Qwen2 is supported");
        }
    }

    private static void collectPatterns(HfConfig step, List<String> found) {
        step.child("pattern")
                .filter(pattern -> pattern.has("Regex"))
                .ifPresent(pattern -> found.add(pattern.string("Regex")));
        for (Object entry : step.list("pretokenizers")) {
            collectPatterns(step.entry("pretokenizers", entry), found);
        }
    }

    private Consumer<GgufWriter> writer(TokenizerFiles files) {
        if (merges.isEmpty() || merges.size() > MAX_MERGES) {
            throw new CheckpointException(files.folder() + ": the tokenizer has " + merges.size()
                    + " merges; it must have 1 to " + MAX_MERGES);
        }
        int bos = files.id(table, "bos_token");
        int eos = files.id(table, "eos_token");
        int padding = files.id(table, "pad_token");
        return writer -> {
            writer.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", "qwen2");
            table.writeTo(writer);
            writer.strings("tokenizer.ggml.merges", merges);
            TokenizerFiles.putId(writer, "bos", bos);
            TokenizerFiles.putId(writer, "eos", eos);
            TokenizerFiles.putId(writer, "padding", padding);
            writer.bool("tokenizer.ggml.add_bos_token", false)
                    .bool("tokenizer.ggml.add_eos_token", false)
                    .bool("tokenizer.ggml.add_space_prefix", false);
            files.writeTemplate(writer);
        };
    }
}
