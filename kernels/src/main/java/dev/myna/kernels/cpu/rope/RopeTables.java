// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.machine.NativeMemory;
import dev.myna.kernels.machine.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Factors of rotary position embedding, computed in double precision and grown to the positions in use. For
 * every turning element of a head there is a factor for itself and one for its partner, the sign included:
 * {@code x'[i] = x[i] self[i] + x[partner(i)] other[i]}.
 */
final class RopeTables {
    private static final int CHUNK = 128;

    private final List<Table> tables = new ArrayList<>();

    /** The table of a model, reaching at least to the positions of {@code batch}. Not thread-safe. */
    Table of(Rope rope, Batch batch) {
        Table table = find(rope);
        int axes = table.axisOfElement == null ? 1 : Batch.AXES;
        int last = 0;
        for (int row = 0; row < batch.rows(); row++) {
            for (int axis = 0; axis < axes; axis++) {
                last = Math.max(last, batch.ropePosition(row, axis));
            }
        }
        table.grow(last);
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
        /** The axis of each element of a head; null if all follow the first. */
        private final int[] axisOfElement;

        private MemorySegment[] chunks = {};

        private Table(Rope rope) {
            this.rope = rope;
            axisOfElement = rope.followsFirstAxis() ? null : axisOfElement(rope);
        }

        private static int[] axisOfElement(Rope rope) {
            int[] axes = new int[rope.turning()];
            for (int pair = 0; pair < rope.pairs(); pair++) {
                axes[first(rope, pair)] = rope.axes().get(pair);
                axes[second(rope, pair)] = rope.axes().get(pair);
            }
            return axes;
        }

        /**
         * Address of the {@code turning} own factors of a row, followed by {@code turning} partner factors. A row that lies at
         * different positions on different axes has its factors gathered in {@code scratch}.
         */
        long factors(Batch batch, int row, Scratch scratch) {
            if (axisOfElement == null || batch.sameOnAllAxes(row)) {
                return factors(batch.ropePosition(row, 0));
            }
            int dim = rope.turning();
            long t = factors(batch.ropePosition(row, 0));
            long h = factors(batch.ropePosition(row, 1));
            long w = factors(batch.ropePosition(row, 2));
            long gathered = scratch.floats(2L * dim);
            for (int i = 0; i < dim; i++) {
                int axis = axisOfElement[i];
                long self = (axis == 0 ? t : axis == 1 ? h : w) + i * 4L;
                long target = gathered + i * 4L;
                NativeMemory.putFloat(target, NativeMemory.getFloat(self));
                NativeMemory.putFloat(target + dim * 4L, NativeMemory.getFloat(self + dim * 4L));
            }
            return gathered;
        }

        private long factors(int position) {
            return chunks[position / CHUNK].address() + (position % CHUNK) * positionBytes();
        }

        private long positionBytes() {
            return 2L * rope.turning() * Float.BYTES;
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
            int half = rope.pairs();
            for (int pair = 0; pair < half; pair++) {
                double frequency = rope.frequency(pair);
                int first = first(rope, pair);
                int second = second(rope, pair);
                for (int i = 0; i < CHUNK; i++) {
                    double angle = (firstPosition + i) * frequency;
                    float cos = (float) (Math.cos(angle) * rope.magnitude());
                    float sin = (float) (Math.sin(angle) * rope.magnitude());
                    long self = chunk.address() + i * positionBytes();
                    long other = self + rope.turning() * 4L;
                    NativeMemory.putFloat(self + first * 4L, cos);
                    NativeMemory.putFloat(self + second * 4L, cos);
                    NativeMemory.putFloat(other + first * 4L, -sin);
                    NativeMemory.putFloat(other + second * 4L, sin);
                }
            }
            return chunk;
        }

        private static int first(Rope rope, int pair) {
            return rope.pairing() == RopePairing.ADJACENT ? 2 * pair : pair;
        }

        private static int second(Rope rope, int pair) {
            return rope.pairing() == RopePairing.ADJACENT ? 2 * pair + 1 : pair + rope.pairs();
        }
    }
}
