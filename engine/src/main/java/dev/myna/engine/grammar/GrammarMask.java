// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.GrammarException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far one answer has come in a grammar, and which tokens may come next. Tokens may end inside a character. For one
 * thread.
 *
 * <p>Where the tokenizer adds a space to the beginning of a text, as SentencePiece's do, the answer may begin with one: models
 * of such vocabularies do, and people are not shown it.
 *
 * <p>Control tokens, but those that are spelled, and unused rows are never allowed. Where the text may end, the end-of-generation tokens are.
 */
public final class GrammarMask {
    /** The masks needed last; those of large vocabularies are 19 kB each. */
    private static final class Recent extends LinkedHashMap<State, long[]> {
        private static final long serialVersionUID = 1L;
        private static final int MOST = 64;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<State, long[]> eldest) {
            return size() > MOST;
        }
    }

    private final Automaton automaton;

    /** Tokens that end the text, beside those of the vocabulary. */
    private final int[] ends;

    /** Control tokens that stand for what they are called. */
    private final Map<Integer, byte[]> names = new LinkedHashMap<>();

    private final TokenTrie trie;

    /** Masks of all tokens for states, and of the short ones for states without far counts. */
    private final Map<State, long[]> masks = new Recent();

    private final Map<State, long[]> shortMasks = new Recent();
    private State state;
    private boolean ended;

    GrammarMask(Program program, TokenTrie trie, int[] spelled, int[] ends) {
        this.trie = trie;
        this.ends = ends.clone();
        for (int id : spelled) {
            names.put(id, trie.tokenizer().piece(id).getBytes(StandardCharsets.UTF_8));
        }
        automaton = new Automaton(program);
        automaton.refuel();
        state = automaton.start(trie.tokenizer().addsSpace());
    }

    /**
     * Sets the scores of tokens that cannot come next to negative infinity.
     *
     * @param scores one per token id; ids beyond the vocabulary are not allowed either
     * @param count how many of them to look at
     * @throws GenerationException if no token may come next: the vocabulary cannot spell what the grammar asks for, or
     *     the text is {@link #complete} and the vocabulary has no end-of-generation token
     * @throws GrammarException if the grammar is so ambiguous that finding out takes too long
     */
    public void apply(float[] scores, int count) {
        long[] mask = mask();
        boolean some = false;
        for (int word = 0, from = 0; from < count; word++, from += Long.SIZE) {
            int to = Math.min(from + Long.SIZE, count);
            long bits = word < mask.length - 1 ? mask[word] : 0;
            some |= bits << from - to != 0;
            if (bits == -1) {
                continue;
            }
            for (int id = from; id < to; id++) {
                if ((bits >>> id & 1) == 0) {
                    scores[id] = Float.NEGATIVE_INFINITY;
                }
            }
        }
        if (!some) {
            throw new GenerationException("no token of the vocabulary can go on with the text as its grammar asks");
        }
    }

    /**
     * Counts a token of the answer.
     *
     * @throws IllegalArgumentException if the token may not come here, or is outside the vocabulary
     */
    public void accept(int id) {
        if (isEnd(id)) {
            if (!mayEnd()) {
                throw new IllegalArgumentException("token " + id + " ends the text, which is not complete");
            }
            ended = true;
            return;
        }
        byte[] bytes = id >= 0 && id < trie.size() && !ended ? bytes(id) : new byte[0];
        if (bytes.length == 0 || !accept(bytes)) {
            throw new IllegalArgumentException("token " + id + " cannot come here");
        }
    }

    private boolean isEnd(int id) {
        for (int end : ends) {
            if (end == id) {
                return true;
            }
        }
        return trie.tokenizer().isEndOfGeneration(id);
    }

    private byte[] bytes(int id) {
        byte[] name = names.get(id);
        return name == null ? trie.tokenizer().bytes(id) : name;
    }

    /** Counts a piece of the text, in UTF-8. Returns false, and forgets the piece, if it may not come here. */
    public boolean accept(byte[] text) {
        automaton.refuel();
        State next = after(text);
        if (next == null) {
            return false;
        }
        state = next;
        return true;
    }

    private State after(byte[] text) {
        State next = state;
        for (int i = 0; i < text.length && next != null; i++) {
            next = automaton.next(next, text[i]);
        }
        return next;
    }

    /** Whether nothing but the end can come. */
    public boolean complete() {
        return ended || state.isFinal();
    }

    /** Whether the text may end here, though it may go on as well. */
    public boolean mayEnd() {
        return ended || state.accepting();
    }

    private long[] mask() {
        if (ended) {
            long[] mask = new long[words()];
            allowEnds(mask);
            return mask;
        }
        long[] mask = masks.get(state);
        if (mask == null) {
            automaton.refuel();
            State near = automaton.near(state);
            long[] shorts = shortMasks.get(near);
            if (shorts == null) {
                shorts = walked(near, trie.shorts, new long[words()]);
                shortMasks.put(near, shorts);
            }
            mask = walked(state, trie.longs, shorts.clone());
            if (state.accepting()) {
                allowEnds(mask);
            }
            for (Map.Entry<Integer, byte[]> name : names.entrySet()) {
                int id = name.getKey();
                if (after(name.getValue()) != null) {
                    mask[id >> 6] |= 1L << id;
                }
            }
            masks.put(state, mask);
        }
        return mask;
    }

    private long[] walked(State from, ByteTree tree, long[] mask) {
        if (!from.isFinal()) {
            automaton.walk(from, tree, mask);
        }
        return mask;
    }

    private int words() {
        return trie.none / Long.SIZE + 1;
    }

    private void allowEnds(long[] mask) {
        for (int id : trie.endsOfGeneration) {
            mask[id >> 6] |= 1L << id;
        }
        for (int id : ends) {
            mask[id >> 6] |= 1L << id;
        }
    }
}
