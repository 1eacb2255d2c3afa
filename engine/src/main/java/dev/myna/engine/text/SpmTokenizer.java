// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufException;
import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece-BPE, the tokenizer of Llama 1 and 2 (docs/spec/tokenizers.md 3). Merges make vocabulary entries only. So what is not in
 * the vocabulary after merging is a single character; it becomes byte tokens.
 */
public final class SpmTokenizer extends VocabularyTokenizer {

    /** What happens to the space prefix of raw text that follows a special token. */
    public enum AfterSpecial {
        /** It is kept, as in llama.cpp. */
        KEEP_PREFIX,
        /**
         * It is removed from the first piece, unless the text begins with a space. PALO was trained with such a tokenizer
         * (docs/spec/models.md 6.1).
         */
        STRIP_PREFIX
    }

    private static final byte[] MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final PieceTable table;

    /** @throws GgufException if the vocabulary has no scores, or no tokens for some bytes */
    SpmTokenizer(Vocabulary vocabulary) {
        super(vocabulary, new Tokens(vocabulary));
        if (vocabulary.scores().length == 0) {
            throw vocabulary.error(Vocabulary.SCORES, "is needed by this tokenizer and is empty");
        }
        table = tokens.table();
        for (int value = 0; value < 256; value++) {
            if (tokens.byteToken(value) < 0 && vocabulary.unknown() < 0) {
                throw vocabulary.error(
                        Vocabulary.TOKENS,
                        "has neither <0x%02X> nor an unknown token to fall back to".formatted(value));
            }
        }
    }

    @Override
    public boolean addsSpace() {
        return vocabulary.has(Vocabulary.Flag.SPACE_PREFIX);
    }

    @Override
    public int[] encode(List<Span> spans) {
        return encode(spans, AfterSpecial.KEEP_PREFIX);
    }

    /** As {@link #encode(List)}, with a rule for text after special tokens. */
    public int[] encode(List<Span> spans, AfterSpecial afterSpecial) {
        JoinedText text = new JoinedText(spans);
        IntList ids = new IntList();
        boolean start = true;
        for (SpecialTokens.Fragment fragment : tokens.specials().split(text)) {
            if (fragment.special() >= 0) {
                ids.add(fragment.special());
            } else {
                boolean prefix = vocabulary.has(Vocabulary.Flag.SPACE_PREFIX);
                boolean strip = prefix
                        && !start
                        && afterSpecial == AfterSpecial.STRIP_PREFIX
                        && text.bytes()[fragment.from()] != ' ';
                byte[] marked = mark(text.bytes(), fragment.from(), fragment.to(), prefix);
                encode(marked, strip ? MARK.length : 0, ids);
            }
            start = false;
        }
        return ids.toArray();
    }

    /** Replaces spaces by U+2581. @param prefix adds one in front */
    private static byte[] mark(byte[] text, int from, int to, boolean prefix) {
        int spaces = prefix ? 1 : 0;
        for (int i = from; i < to; i++) {
            spaces += text[i] == ' ' ? 1 : 0;
        }
        byte[] marked = new byte[to - from + MARK.length * spaces];
        int out = 0;
        if (prefix) {
            System.arraycopy(MARK, 0, marked, 0, MARK.length);
            out = MARK.length;
        }
        for (int i = from; i < to; i++) {
            if (text[i] == ' ') {
                System.arraycopy(MARK, 0, marked, out, MARK.length);
                out += MARK.length;
            } else {
                marked[out++] = text[i];
            }
        }
        return Arrays.copyOf(marked, out);
    }

    /** Merges {@code text} and emits it without its first {@code strip} bytes. */
    private void encode(byte[] text, int strip, IntList ids) {
        Symbols symbols = new Symbols(text, table, vocabulary.scores());
        symbols.merge();
        for (int symbol = 0; symbol >= 0; symbol = symbols.next(symbol)) {
            int from = symbols.from(symbol);
            int to = symbols.to(symbol);
            if (from < strip) {
                from = strip;
                if (from < to && table.find(text, from, to) < 0) {
                    encode(Arrays.copyOfRange(text, from, to), 0, ids);
                    continue;
                }
            }
            emit(text, from, to, ids);
        }
    }

    private void emit(byte[] text, int from, int to, IntList ids) {
        int id = table.find(text, from, to);
        if (id >= 0) {
            ids.add(id);
            return;
        }
        for (int i = from; i < to; i++) {
            int byteToken = tokens.byteToken(text[i] & 0xff);
            ids.add(byteToken >= 0 ? byteToken : vocabulary.unknown());
        }
    }

    @Override
    public byte[] bytes(int id) {
        byte[] piece = vocabulary.pieces()[id];
        return switch (vocabulary.types()[id]) {
            case TokenType.BYTE -> new byte[] {(byte) Vocabulary.byteValue(piece)};
            case TokenType.NORMAL, TokenType.USER_DEFINED -> unmark(piece);
            default -> new byte[0];
        };
    }

    /** The text of a piece: U+2581 is a space. */
    static byte[] unmark(byte[] piece) {
        byte[] bytes = new byte[piece.length];
        int out = 0;
        for (int i = 0; i < piece.length; i++) {
            if (i + MARK.length <= piece.length && Arrays.equals(piece, i, i + MARK.length, MARK, 0, MARK.length)) {
                bytes[out++] = ' ';
                i += MARK.length - 1;
            } else {
                bytes[out++] = piece[i];
            }
        }
        return Arrays.copyOf(bytes, out);
    }

    /**
     * The characters of a text, merged pair by pair, highest score first, then leftmost. Symbol 0 is the first one.
     */
    private static final class Symbols {
        private static final int GONE = -1;

        private final byte[] text;
        private final PieceTable table;
        private final float[] scores;
        private final int[] from;
        private final int[] next;
        private final int[] previous;
        private final LongHeap queue;

        Symbols(byte[] text, PieceTable table, float[] scores) {
            this.text = text;
            this.table = table;
            this.scores = scores;
            int count = 0;
            for (int i = 0; i < text.length; i += Utf8.length(text[i])) {
                count++;
            }
            from = new int[count];
            next = new int[count];
            previous = new int[count];
            int at = 0;
            for (int i = 0; i < count; i++) {
                from[i] = at;
                previous[i] = i - 1;
                next[i] = i + 1 < count ? i + 1 : -1;
                at += Utf8.length(text[at]);
            }
            queue = new LongHeap(count);
        }

        int next(int symbol) {
            return next[symbol];
        }

        int from(int symbol) {
            return from[symbol];
        }

        int to(int symbol) {
            return next[symbol] < 0 ? text.length : from[next[symbol]];
        }

        void merge() {
            for (int symbol = 0; symbol < from.length; symbol++) {
                offer(symbol);
            }
            while (!queue.isEmpty()) {
                long key = queue.poll();
                int left = (int) key;
                if (from[left] == GONE || key(left) != key) {
                    continue;
                }
                int right = next[left];
                next[left] = next[right];
                if (next[right] >= 0) {
                    previous[next[right]] = left;
                }
                from[right] = GONE;
                offer(left);
                if (previous[left] >= 0) {
                    offer(previous[left]);
                }
            }
        }

        private void offer(int left) {
            long key = key(left);
            if (key != Long.MAX_VALUE) {
                queue.add(key);
            }
        }

        /** The queue key of merging this symbol with its right neighbour; MAX_VALUE if the result is no token. */
        private long key(int left) {
            int id = next[left] < 0 ? -1 : table.find(text, from[left], to(next[left]));
            if (id < 0) {
                return Long.MAX_VALUE;
            }
            int bits = Float.floatToIntBits(scores[id] + 0f);
            int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
            return (long) ~ascending << 32 | left;
        }
    }
}
