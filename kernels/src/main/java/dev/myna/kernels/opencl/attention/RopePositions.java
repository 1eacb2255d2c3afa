// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Rope;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClMemoryPool;
import dev.myna.kernels.opencl.machine.ClQueue;
import java.util.Arrays;

/**
 * The rotary positions of a batch in device memory, [rows][axes], for batches with rows that do not simply follow one another: those
 * of an image. All layers of a pass read what its first one sent.
 */
final class RopePositions {
    /** Positions follow one another from the run's first one on. */
    static final int CONSECUTIVE = -1;

    private final ClMemoryPool pool;
    private final ClQueue queue;
    private ClMemory memory;
    private int[] sent = {};
    private int[] positions = {};

    RopePositions(ClMemoryPool pool, ClQueue queue) {
        this.pool = pool;
        this.queue = queue;
        memory = pool.allocate(Batch.AXES * 4L, "rotary positions");
    }

    /** Valid until the next {@link #place}. */
    ClMemory memory() {
        return memory;
    }

    /**
     * Where the positions of {@code count} rows from {@code row} on begin in {@link #memory}, in elements, or {@link #CONSECUTIVE}.
     * Call it with the queue locked.
     */
    int place(Batch batch, int row, int count, Rope rope) {
        if (consecutive(batch, row, count, rope)) {
            return CONSECUTIVE;
        }
        send(batch);
        return Batch.AXES * row;
    }

    private static boolean consecutive(Batch batch, int row, int count, Rope rope) {
        int first = batch.ropePosition(row, 0);
        boolean same = true;
        for (int i = 0; i < count; i++) {
            if (batch.ropePosition(row + i, 0) != first + i) {
                return false;
            }
            same &= batch.sameOnAllAxes(row + i);
        }
        return same || rope.followsFirstAxis();
    }

    private void send(Batch batch) {
        int count = Batch.AXES * batch.rows();
        if (positions.length < count) {
            positions = new int[count];
        }
        for (int i = 0; i < count; i++) {
            positions[i] = batch.ropePosition(i / Batch.AXES, i % Batch.AXES);
        }
        if (sent.length == count && Arrays.equals(sent, 0, count, positions, 0, count)) {
            return;
        }
        if (memory.bytes() < count * 4L) {
            ClMemory larger = pool.allocate(count * 4L, "rotary positions");
            memory.release();
            memory = larger;
        }
        int[] sending = Arrays.copyOf(positions, count);
        queue.write(memory, 0, sending);
        sent = sending;
    }
}
