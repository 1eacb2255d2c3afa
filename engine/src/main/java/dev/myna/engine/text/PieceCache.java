// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.LinkedHashMap;
import java.util.Map;

/** The token ids of recently used pieces. Removes the least recently used. Thread-safe. */
final class PieceCache {
    private static final int MAX_ENTRIES = 8192;
    private static final int MAX_CHARS = 48;

    private final Map<String, int[]> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, int[]> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    /** The ids, or null. Callers must not change the array. */
    synchronized int[] get(String piece) {
        return piece.length() > MAX_CHARS ? null : entries.get(piece);
    }

    synchronized void put(String piece, int[] ids) {
        if (piece.length() <= MAX_CHARS) {
            entries.put(piece, ids);
        }
    }
}
