// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Byte-level BPE, the tokenizer of the Qwen2 and Llama 3 families (docs/spec/tokenizers.md 4). */
public final class BpeTokenizer extends VocabularyTokenizer {

    /** What happens to raw text before it is split. */
    public enum Normalization {
        /** Canonical composition: what Qwen2 models were trained with. */
        NFC,
        /** None: Llama 3, and llama.cpp for all models. */
        NONE
    }

    private final PreTokenizer preTokenizer;
    private final MergeRanks merges;
    private final int[] byteIds = new int[256];
    private final Normalization normalization;
    private final PieceCache cache = new PieceCache();

    /** @throws dev.myna.loaders.gguf.GgufException if a byte has no token, or a merge names absent ones */
    BpeTokenizer(Vocabulary vocabulary, PreTokenizer preTokenizer) {
        super(vocabulary, new Tokens(vocabulary));
        this.preTokenizer = preTokenizer;
        this.normalization = preTokenizer.normalization();
        for (int value = 0; value < 256; value++) {
            int id = tokens.table().find(ByteLevel.spell(value));
            byteIds[value] = id >= 0 ? id : tokens.byteToken(value);
            if (byteIds[value] < 0) {
                throw vocabulary.error(Vocabulary.TOKENS, "lacks the byte-level token of 0x%02X".formatted(value));
            }
        }
        merges = new MergeRanks(vocabulary, tokens.table());
    }

    /** How it splits text: {@code qwen2} or {@code llama-bpe}. */
    public String splitting() {
        return preTokenizer.label();
    }

    /** Whether the vocabulary has the special tokens of models that split text this way. */
    public boolean recognized() {
        return PreTokenizer.byMarks(mark -> id(mark) >= 0)
                .filter(preTokenizer::equals)
                .isPresent();
    }

    private BpeTokenizer(BpeTokenizer other, Normalization normalization) {
        super(other.vocabulary, other.tokens);
        this.preTokenizer = other.preTokenizer;
        this.normalization = normalization;
        this.merges = other.merges;
        System.arraycopy(other.byteIds, 0, byteIds, 0, byteIds.length);
    }

    /** Returns this tokenizer with another normalization. */
    public BpeTokenizer with(Normalization other) {
        return new BpeTokenizer(this, other);
    }

    @Override
    public int[] encode(List<Span> spans) {
        JoinedText text = new JoinedText(spans);
        IntList ids = new IntList();
        for (SpecialTokens.Fragment fragment : tokens.specials().split(text)) {
            if (fragment.special() >= 0) {
                ids.add(fragment.special());
                continue;
            }
            String raw =
                    new String(text.bytes(), fragment.from(), fragment.to() - fragment.from(), StandardCharsets.UTF_8);
            if (normalization == Normalization.NFC) {
                raw = Composition.nfc(raw);
            }
            for (int from = 0; from < raw.length(); ) {
                int to = preTokenizer.end(raw, from);
                ids.addAll(ids(raw.substring(from, to)));
                from = to;
            }
        }
        return ids.toArray();
    }

    private int[] ids(String piece) {
        int[] ids = cache.get(piece);
        if (ids == null) {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            int whole = preTokenizer.takesWholePieces() ? tokens.table().find(ByteLevel.spell(bytes)) : -1;
            ids = whole >= 0 ? new int[] {whole} : merge(bytes);
            cache.put(piece, ids);
        }
        return ids;
    }

    /** Merges pairs by lowest rank, then leftmost. Uses a linked list of ids and a queue of rank and position. */
    private int[] merge(byte[] piece) {
        int[] ids = new int[piece.length];
        int[] next = new int[piece.length];
        int[] previous = new int[piece.length];
        for (int i = 0; i < piece.length; i++) {
            ids[i] = byteIds[piece[i] & 0xff];
            next[i] = i + 1 < piece.length ? i + 1 : -1;
            previous[i] = i - 1;
        }
        LongHeap queue = new LongHeap(piece.length);
        for (int i = 0; i < piece.length; i++) {
            offer(queue, ids, next, i);
        }
        while (!queue.isEmpty()) {
            long key = queue.poll();
            int left = (int) key;
            int rank = (int) (key >> 32);
            // The pair no longer exists: one of its tokens was merged meanwhile.
            if (ids[left] < 0 || next[left] < 0 || merges.rank(ids[left], ids[next[left]]) != rank) {
                continue;
            }
            int right = next[left];
            ids[left] = merges.merged(rank);
            ids[right] = -1;
            next[left] = next[right];
            if (next[right] >= 0) {
                previous[next[right]] = left;
            }
            offer(queue, ids, next, left);
            if (previous[left] >= 0) {
                offer(queue, ids, next, previous[left]);
            }
        }
        IntList merged = new IntList();
        for (int i = 0; i >= 0 && i < ids.length; i = next[i]) {
            merged.add(ids[i]);
        }
        return merged.toArray();
    }

    private void offer(LongHeap queue, int[] ids, int[] next, int left) {
        int rank = next[left] < 0 ? -1 : merges.rank(ids[left], ids[next[left]]);
        if (rank >= 0) {
            queue.add((long) rank << 32 | left);
        }
    }

    @Override
    public byte[] bytes(int id) {
        byte[] piece = vocabulary.pieces()[id];
        return switch (vocabulary.types()[id]) {
            case TokenType.BYTE -> new byte[] {(byte) Vocabulary.byteValue(piece)};
            case TokenType.NORMAL -> ByteLevel.bytes(piece);
            case TokenType.USER_DEFINED -> piece.clone();
            default -> new byte[0];
        };
    }
}
