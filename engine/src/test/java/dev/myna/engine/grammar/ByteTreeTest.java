// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tokens that share their beginnings, or all of their bytes. */
class ByteTreeTest {
    private static ByteTree.Spelled token(String text, int id) {
        return new ByteTree.Spelled(text.getBytes(StandardCharsets.UTF_8), id);
    }

    @Test
    void tokensShareTheirBeginnings() {
        ByteTree tree =
                new ByteTree(List.of(token("a", 3), token("ab", 1), token("ab", 4), token("ac", 2), token("b", 0)), 64);
        assertArrayEquals(new byte[] {'a', 'b', 'c', 'b'}, tree.labels);
        assertArrayEquals(new short[] {1, 2, 2, 1}, tree.depths);
        assertArrayEquals(new int[] {3, 2, 3, 4}, tree.ends);
        assertArrayEquals(new int[] {3, -1, 2, 0}, tree.tokens);
        assertArrayEquals(new int[] {1, 4}, tree.several(-1));
    }

    @Test
    void equalTokensTakeLinearTime() {
        int count = 500_000;
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            List<ByteTree.Spelled> tokens = new ArrayList<>();
            IntStream.range(0, count).forEach(id -> tokens.add(token("same", id)));
            ByteTree tree = new ByteTree(tokens, count);
            assertEquals(4, tree.labels.length);
            assertEquals(count, tree.several(tree.tokens[3]).length);
        });
    }
}
