// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tokens as a tree of their bytes, whose nodes are numbered in preorder. */
final class ByteTree {
    /** A token and the bytes it stands for. */
    record Spelled(byte[] bytes, int id) {}

    /** The byte that leads to each node, its depth (1 for the first byte), and the node after its subtree. */
    final byte[] labels;

    final short[] depths;
    final int[] ends;

    /** The token that ends at a node, {@code none}, or a negative number for {@link #several}. */
    final int[] tokens;

    final int maxDepth;
    private final int none;
    private final List<int[]> several = new ArrayList<>();

    /** @param sorted ascending by bytes */
    ByteTree(List<Spelled> sorted, int none) {
        this.none = none;
        int nodes = 0;
        int deepest = 0;
        byte[] previous = {};
        for (Spelled token : sorted) {
            nodes = Math.addExact(nodes, token.bytes().length - common(previous, token.bytes()));
            deepest = Math.max(deepest, token.bytes().length);
            previous = token.bytes();
        }
        maxDepth = deepest;
        labels = new byte[nodes];
        depths = new short[nodes];
        ends = new int[nodes];
        tokens = new int[nodes];
        fill(sorted);
    }

    private void fill(List<Spelled> sorted) {
        int[] path = new int[maxDepth + 1];
        int node = 0;
        int open = 0;
        byte[] previous = {};
        for (int from = 0; from < sorted.size(); ) {
            byte[] bytes = sorted.get(from).bytes();
            int to = from + 1;
            while (to < sorted.size() && Arrays.equals(bytes, sorted.get(to).bytes())) {
                to++;
            }
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
            tokens[path[open]] = to - from == 1 ? sorted.get(from).id() : add(sorted.subList(from, to));
            previous = bytes;
            from = to;
        }
        while (open > 0) {
            ends[path[open--]] = node;
        }
    }

    private static int common(byte[] a, byte[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    /** Returns the number of a list. */
    private int add(List<Spelled> same) {
        several.add(same.stream().mapToInt(Spelled::id).toArray());
        return -several.size();
    }

    /** The tokens with the same bytes, for a negative number. */
    int[] several(int number) {
        return several.get(-1 - number);
    }
}
