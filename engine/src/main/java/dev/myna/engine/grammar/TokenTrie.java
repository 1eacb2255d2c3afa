// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of all tokens of a vocabulary as a tree, which grammar masks walk. Building it takes a fraction of a second
 * for a large vocabulary, so keep one per tokenizer. Immutable and thread-safe.
 *
 * <p>Tokens that stand for no bytes (control tokens), unused rows and end-of-generation tokens are not in it: no grammar
 * allows the first two anywhere, and the last are allowed where a text may end.
 */
public final class TokenTrie {
    /** Longer tokens are never chosen inside structured output; the longest of published vocabularies has 256 bytes. */
    private static final int MAX_BYTES = 1024;

    /** Most bytes of a token of {@link #shorts}. */
    static final int SHORT = 16;

    private final Tokenizer tokenizer;

    /** Nearly all tokens. */
    final ByteTree shorts;

    /** The few others. */
    final ByteTree longs;

    final int[] endsOfGeneration;

    /**
     * Stands for no token, the number of tokens rounded up to whole words of a mask: a bit of its own saves the walk a
     * branch that no processor can foresee.
     */
    final int none;

    /** Builds the tree of a tokenizer's tokens. */
    public TokenTrie(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        none = Math.ceilDiv(tokenizer.size(), Long.SIZE) * Long.SIZE;
        List<ByteTree.Spelled> few = new ArrayList<>(tokenizer.size());
        List<ByteTree.Spelled> many = new ArrayList<>();
        int[] finals = new int[tokenizer.size()];
        int finalCount = 0;
        for (int id = 0; id < tokenizer.size(); id++) {
            if (tokenizer.isEndOfGeneration(id)) {
                finals[finalCount++] = id;
            } else if (tokenizer.isUsable(id)) {
                byte[] bytes = tokenizer.bytes(id);
                if (bytes.length > 0 && bytes.length <= MAX_BYTES) {
                    (bytes.length <= SHORT ? few : many).add(new ByteTree.Spelled(bytes, id));
                }
            }
        }
        endsOfGeneration = Arrays.copyOf(finals, finalCount);
        shorts = tree(few);
        longs = tree(many);
    }

    private ByteTree tree(List<ByteTree.Spelled> tokens) {
        tokens.sort((a, b) -> {
            int order = Arrays.compareUnsigned(a.bytes(), b.bytes());
            return order != 0 ? order : Integer.compare(a.id(), b.id());
        });
        return new ByteTree(tokens, none);
    }

    /** The tokenizer whose tokens these are. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Number of tokens in the vocabulary. */
    int size() {
        return tokenizer.size();
    }
}
