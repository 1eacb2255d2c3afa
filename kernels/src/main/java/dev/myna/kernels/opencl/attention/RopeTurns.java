// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Rope;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClMemoryPool;
import dev.myna.kernels.opencl.machine.ClQueue;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * Rotations per position, as fractions of a full turn in 64 bits whose last two are the axis (rope.cl): a few numbers per model, in
 * one piece of memory.
 */
public final class RopeTurns {
    /** Pairs of all models together. */
    private static final int CAPACITY = 4096;

    private final ClMemory memory;
    private final ClQueue queue;
    private final Map<Rope, Integer> places = new HashMap<>();
    private int used;

    RopeTurns(ClMemoryPool pool, ClQueue queue) {
        this.queue = queue;
        memory = pool.allocate(CAPACITY * 8L, "rotations");
    }

    ClMemory memory() {
        return memory;
    }

    /** Where the numbers of a model begin, in elements. Call it with the queue locked. */
    int place(Rope rope) {
        Integer known = places.get(rope);
        if (known != null) {
            return known;
        }
        int pairs = rope.pairs();
        if (pairs > CAPACITY) {
            throw Checks.misfit("rope: %d elements that turn are more than %d", rope.turning(), 2 * CAPACITY);
        }
        if (used + pairs > CAPACITY) {
            // So many models come and go only in tests: start over, behind the kernels that still read.
            queue.finish();
            places.clear();
            used = 0;
        }
        int place = used;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment turns = arena.allocate(ValueLayout.JAVA_LONG, pairs);
            for (int pair = 0; pair < pairs; pair++) {
                long turn = turns(rope.frequency(pair)) | rope.axes().get(pair);
                turns.setAtIndex(ValueLayout.JAVA_LONG, pair, turn);
            }
            queue.write(memory, place * 8L, turns);
        }
        used += pairs;
        places.put(rope, place);
        return place;
    }

    /** Radians to 2^64ths of a turn, the last two bits 0; whole turns are dropped. */
    public static long turns(double radians) {
        double turns = radians / (2 * Math.PI);
        double fraction = turns - Math.floor(turns);
        // Two halves, because a long holds no number above 2^63.
        return (long) (fraction * 0x1p62) << 2;
    }
}
