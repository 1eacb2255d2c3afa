// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/** Reads that name their place, so that threads need not agree on one, and that map nothing. */
public final class Reads {
    private static final long MAX_READ = 1 << 30;

    private Reads() {}

    /**
     * Fills {@code target}, which is native memory.
     *
     * @param offset first byte in the file
     * @throws EOFException if the file ends before
     */
    public static void fully(FileChannel channel, long offset, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize(); ) {
            long length = Math.min(MAX_READ, target.byteSize() - done);
            int count = channel.read(target.asSlice(done, length).asByteBuffer(), offset + done);
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            done += count;
        }
    }
}
