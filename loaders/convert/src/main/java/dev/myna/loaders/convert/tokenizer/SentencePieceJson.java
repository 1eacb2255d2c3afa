// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A SentencePiece vocabulary from {@code tokenizer.json}, where transformers stores it as a list of merges. SentencePiece
 * always does the merge whose token has the highest score. So scores follow from the order of the merges, if each token has
 * all its merges, in a row; then both give the same tokens.
 */
final class SentencePieceJson {
    private static final String SPACE = "\u2581";
    /** Maximum length of tokens whose merges are checked; longer ones are runs of spaces and similar. */
    private static final int MAX_CHECKED = 64;

    private final HfConfig model;
    private final TokenTable table;
    private final Map<String, Integer> vocabulary = new HashMap<>();

    private SentencePieceJson(HfConfig model, TokenTable table) {
        this.model = model;
        this.table = table;
    }

    static Consumer<GgufWriter> read(TokenizerFiles files, TokenTable table, HfConfig whole) {
        HfConfig model = whole.child("model").orElseThrow(() -> whole.fail("model", "is missing"));
        if (!model.string("type", "BPE").equals("BPE")) {
            throw model.fail("type", "is not supported; it must be BPE");
        }
        SentencePieceJson tokenizer = new SentencePieceJson(model, table);
        String unknown = model.string("unk_token", "<unk>");
        tokenizer.addVocabulary(model.child("vocab").orElseThrow(() -> model.fail("vocab", "is missing")), unknown);
        float[] scores = tokenizer.scores();
        boolean spacePrefix = spacePrefix(whole);
        files.addTokens(table);
        return new SentencePieces(table, scores, table.id(unknown), spacePrefix).writer(files);
    }

    private void addVocabulary(HfConfig vocab, String unknown) {
        Path path = vocab.path();
        for (String text : vocab.keys()) {
            int id = vocab.integer(text, 0, Integer.MAX_VALUE);
            int type = text.equals(unknown)
                    ? TokenTable.UNKNOWN
                    : text.matches("<0x[0-9A-F]{2}>") ? TokenTable.BYTE : TokenTable.NORMAL;
            table.add(path, id, Text.encode(text), type);
            vocabulary.put(text, id);
        }
    }

    private float[] scores() {
        float[] scores = SentencePieces.addedScores(table);
        vocabulary.values().forEach(id -> scores[id] = 0);
        Set<String> made = new HashSet<>();
        Map<String, Integer> parts = new HashMap<>();
        String last = "";
        for (Pair pair : pairs()) {
            String joined = pair.left + pair.right;
            if (!vocabulary.containsKey(joined)
                    || !vocabulary.containsKey(pair.left)
                    || !vocabulary.containsKey(pair.right)) {
                throw model.fail("merges", "names a token that is not in the vocabulary: " + Text.quote(joined));
            }
            if (!joined.equals(last)) {
                if (!made.add(joined)) {
                    throw unlikeSentencePiece(joined);
                }
                scores[vocabulary.get(joined)] = -made.size();
                last = joined;
            }
            parts.merge(joined, 1, Integer::sum);
        }
        parts.forEach((token, count) -> {
            if (token.length() <= MAX_CHECKED && splits(token) != count) {
                throw unlikeSentencePiece(token);
            }
        });
        return scores;
    }

    /** The number of ways to merge two tokens into this one. */
    private int splits(String token) {
        int splits = 0;
        for (int at = token.offsetByCodePoints(0, 1); at < token.length(); at = token.offsetByCodePoints(at, 1)) {
            boolean both =
                    vocabulary.containsKey(token.substring(0, at)) && vocabulary.containsKey(token.substring(at));
            splits += both ? 1 : 0;
        }
        return splits;
    }

    private RuntimeException unlikeSentencePiece(String token) {
        return new CheckpointException(model.path() + ": the merges to " + Text.quote(token)
                + " are not in the order of a SentencePiece model: tokenizer.model is needed beside it");
    }

    /** Two tokens that are merged. */
    private record Pair(String left, String right) {}

    /** Older files write a merge as one string with a space, newer ones as a list of two. */
    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (Object merge : model.list("merges")) {
            if (merge instanceof List<?> two
                    && two.size() == 2
                    && two.get(0) instanceof String left
                    && two.get(1) instanceof String right) {
                pairs.add(new Pair(left, right));
            } else if (merge instanceof String text && text.indexOf(' ') > 0 && text.indexOf(' ') < text.length() - 1) {
                pairs.add(new Pair(text.substring(0, text.indexOf(' ')), text.substring(text.indexOf(' ') + 1)));
            } else {
                throw new CheckpointException(
                        model.path() + ": merge " + pairs.size() + " must be two tokens with one blank between them");
            }
        }
        return pairs;
    }

    /** transformers adds the space before a text in the normalizer, newer releases in the pre-tokenizer. */
    private static boolean spacePrefix(HfConfig whole) {
        boolean prefix = false;
        Optional<HfConfig> normalizer = whole.child("normalizer");
        Optional<HfConfig> cutter = whole.child("pre_tokenizer");
        for (Optional<HfConfig> root : List.of(normalizer, cutter)) {
            for (HfConfig step : root.map(SentencePieceJson::steps).orElse(List.of())) {
                prefix |= switch (step.string("type", "")) {
                    case "Prepend" -> requireSpace(step, "prepend");
                    case "Replace" -> {
                        requireSpace(step, "content");
                        yield false;
                    }
                    case "Metaspace" -> {
                        requireSpace(step, "replacement");
                        yield !step.string("prepend_scheme", step.bool("add_prefix_space", true) ? "always" : "never")
                                .equals("never");
                    }
                    default -> throw step.fail("type", "is not supported with a SentencePiece vocabulary");
                };
            }
        }
        return prefix;
    }

    private static boolean requireSpace(HfConfig step, String key) {
        if (!step.string(key, SPACE).equals(SPACE)) {
            throw step.fail(key, "is not supported; it must be " + SPACE);
        }
        return true;
    }

    /** A step, or the steps of a sequence. */
    private static List<HfConfig> steps(HfConfig root) {
        if (!root.string("type", "").equals("Sequence")) {
            return List.of(root);
        }
        String key = root.has("normalizers") ? "normalizers" : "pretokenizers";
        return root.list(key).stream().map(entry -> root.entry(key, entry)).toList();
    }
}
