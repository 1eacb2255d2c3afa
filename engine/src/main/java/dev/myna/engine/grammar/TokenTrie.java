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

    /** Nodes in preorder: the byte that leads to each, its depth (1 for the first byte), and the node after its subtree. */
    final byte[] labels;

    final short[] depths;
    final int[] ends;

    /** {@code tokens[firsts[node]]} up to {@code tokens[firsts[node + 1]]} end at a node. */
    final int[] firsts;

    final int[] tokens;
    final int[] endsOfGeneration;
    final int maxDepth;
    final Tokenizer tokenizer;

    /** Builds the tree of a tokenizer's tokens. */
    public TokenTrie(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
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
        firsts = new int[nodeCount + 1];
        tokens = new int[spelled.size()];
        int[] path = new int[MAX_BYTES + 1];
        int deepest = 0;
        int node = 0;
        int open = 0;
        int count = 0;
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
                firsts[node] = count;
                path[open] = node++;
            }
            tokens[count++] = token.id();
            deepest = Math.max(deepest, open);
            previous = bytes;
        }
        while (open > 0) {
            ends[path[open--]] = node;
        }
        firsts[node] = count;
        maxDepth = deepest;
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
