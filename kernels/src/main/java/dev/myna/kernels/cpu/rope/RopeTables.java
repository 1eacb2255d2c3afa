// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.machine.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Factors of rotary position embedding, computed in double precision and grown to the positions in use. For
 * every element of a head there is a factor for itself and one for its partner, the sign included:
 * {@code x'[i] = x[i] self[i] + x[partner(i)] other[i]}.
 */
final class RopeTables {
    private static final int CHUNK = 128;

    private final List<Table> tables = new ArrayList<>();

    /** The table of a model, reaching at least to {@code lastPosition}. Not thread-safe. */
    Table upTo(int lastPosition, Rope rope) {
        Table table = find(rope);
        table.grow(lastPosition);
        return table;
    }

    // A model asks with the same record every time; equal ones are met once per load.
    private Table find(Rope rope) {
        for (int i = 0; i < tables.size(); i++) {
            Table table = tables.get(i);
            if (table.rope == rope || table.rope.equals(rope)) {
                return table;
            }
        }
        Table table = new Table(rope);
        tables.add(table);
        return table;
    }

    /** The factors of one model. */
    static final class Table {
        private final Rope rope;
        private MemorySegment[] chunks = {};

        private Table(Rope rope) {
            this.rope = rope;
        }

        /** Address of a position's {@code headDim} own factors, followed by {@code headDim} partner factors. */
        long factors(int position) {
            return chunks[position / CHUNK].address() + (position % CHUNK) * positionBytes();
        }

        private long positionBytes() {
            return 2L * rope.headDim() * Float.BYTES;
        }

        private void grow(int lastPosition) {
            int needed = lastPosition / CHUNK + 1;
            if (chunks.length >= needed) {
                return;
            }
            MemorySegment[] grown = Arrays.copyOf(chunks, needed);
            for (int i = chunks.length; i < needed; i++) {
                grown[i] = chunk(i * CHUNK);
            }
            chunks = grown;
        }

        private MemorySegment chunk(int firstPosition) {
            MemorySegment chunk = Arena.ofAuto().allocate(CHUNK * positionBytes(), 64);
            int half = rope.headDim() / 2;
            for (int pair = 0; pair < half; pair++) {
                double frequency = rope.frequency(pair);
                boolean adjacent = rope.pairing() == RopePairing.ADJACENT;
                int first = adjacent ? 2 * pair : pair;
                int second = adjacent ? first + 1 : pair + half;
                for (int i = 0; i < CHUNK; i++) {
                    double angle = (firstPosition + i) * frequency;
                    long self = chunk.address() + i * positionBytes();
                    long other = self + rope.headDim() * 4L;
                    NativeMemory.putFloat(self + first * 4L, (float) Math.cos(angle));
                    NativeMemory.putFloat(self + second * 4L, (float) Math.cos(angle));
                    NativeMemory.putFloat(other + first * 4L, (float) -Math.sin(angle));
                    NativeMemory.putFloat(other + second * 4L, (float) Math.sin(angle));
                }
            }
            return chunk;
        }
    }
}
