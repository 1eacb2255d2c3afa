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

    /** Stands for no token: a bit of its own saves the walk a branch that no processor can foresee. */
    final int none;

    /** Nodes in preorder: the byte that leads to each, its depth (1 for the first byte), and the node after its subtree. */
    final byte[] labels;

    final short[] depths;
    final int[] ends;

    /** The token that ends at a node, {@link #none}, or a negative number for {@link #several}. */
    final int[] tokens;

    private final List<int[]> several = new ArrayList<>();
    final int[] endsOfGeneration;
    final int maxDepth;
    final Tokenizer tokenizer;

    /** Builds the tree of a tokenizer's tokens. */
    public TokenTrie(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        none = (tokenizer.size() + Long.SIZE - 1) / Long.SIZE * Long.SIZE;
        record Spelled(byte[] bytes, int id) {}
        List<Spelled> spelled = new ArrayList<>(tokenizer.size());
        int[] finals = new int[tokenizer.size()];
        int finalCount = 0;
        int nodeCount = 0;
        for (int id = 0; id < tokenizer.size(); id++) {
            if (tokenizer.isEndOfGeneration(id)) {
                finals[finalCount++] = id;
            } else if (tokenizer.isUsable(id)) {
                byte[] bytes = tokenizer.bytes(id);
                if (bytes.length > 0 && bytes.length <= MAX_BYTES) {
                    spelled.add(new Spelled(bytes, id));
                }
            }
        }
        endsOfGeneration = Arrays.copyOf(finals, finalCount);
        spelled.sort((a, b) -> {
            int order = Arrays.compareUnsigned(a.bytes(), b.bytes());
            return order != 0 ? order : Integer.compare(a.id(), b.id());
        });
        byte[] previous = {};
        for (Spelled token : spelled) {
            nodeCount = Math.addExact(nodeCount, token.bytes().length - common(previous, token.bytes()));
            previous = token.bytes();
        }
        labels = new byte[nodeCount];
        depths = new short[nodeCount];
        ends = new int[nodeCount];
        tokens = new int[nodeCount];
        int[] path = new int[MAX_BYTES + 1];
        int deepest = 0;
        int node = 0;
        int open = 0;
        previous = new byte[0];
        for (Spelled token : spelled) {
            byte[] bytes = token.bytes();
            int shared = common(previous, bytes);
            while (open > shared) {
                ends[path[open--]] = node;
            }
            while (open < bytes.length) {
                labels[node] = bytes[open++];
                depths[node] = (short) open;
                tokens[node] = none;
                path[open] = node++;
            }
            addToken(path[open], token.id());
            deepest = Math.max(deepest, open);
            previous = bytes;
        }
        while (open > 0) {
            ends[path[open--]] = node;
        }
        maxDepth = deepest;
    }

    private void addToken(int node, int id) {
        if (tokens[node] == none) {
            tokens[node] = id;
        } else if (tokens[node] >= 0) {
            several.add(new int[] {tokens[node], id});
            tokens[node] = -several.size();
        } else {
            int[] ids = several(tokens[node]);
            int[] more = Arrays.copyOf(ids, ids.length + 1);
            more[ids.length] = id;
            several.set(-1 - tokens[node], more);
        }
    }

    /** The tokens with the same bytes, for a negative number. */
    int[] several(int number) {
        return several.get(-1 - number);
    }

    private static int common(byte[] a, byte[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
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
