// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are read, rounded and written in order, a few bands at a time, whatever the size of the tensors. */
class TensorStreamTest {
    /** A row is a band. */
    private static final int WIDTH = 1 << 20;

    private static final int ROWS = 24;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void bandsInProgressAreBounded(int threads) throws IOException {
        Numbered source = new Numbered();
        long rowBytes = TensorType.Q8_0.bytes(WIDTH);
        Path target = write(threads, source, written -> {
            long ahead = source.reads.get() - written / rowBytes;
            // One for each thread, one being written, one waiting, and the one that has just been written.
            assertTrue(ahead <= threads + 3, ahead + " bands ahead");
        });
        assertEquals(2 * ROWS, source.reads.get(), "every band is read once");
        assertEquals(WIDTH * 4L, source.largest.get(), "and into memory for one band");
        try (GgufFile file = GgufFile.open(target)) {
            for (String name : List.of("a", "b")) {
                MemorySegment data = file.require(name).data();
                for (int row = 0; row < ROWS; row++) {
                    byte quant = data.get(ValueLayout.JAVA_BYTE, row * rowBytes + 2);
                    float scale = Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, row * rowBytes));
                    assertEquals(row + 1, quant * scale, 0.01 * (row + 1), name + " row " + row);
                }
            }
        }
    }

    @Test
    void stoppedWorkLeavesNoFile() throws IOException {
        Numbered source = new Numbered();
        assertThrows(
                CancellationException.class,
                () -> write(2, source, written -> {
                    throw new CancellationException();
                }));
        assertTrue(source.reads.get() < 2 * ROWS, "it went on: " + source.reads);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void failingSourceEndsTheWork() throws IOException {
        RowSource failing = new RowSource() {
            @Override
            public TensorType type() {
                return TensorType.F32;
            }

            @Override
            public void read(long first, MemorySegment target) {
                if (first == 3) {
                    throw new IllegalStateException("the disk failed");
                }
            }

            @Override
            public String describe() {
                return "a failing disk";
            }
        };
        assertEquals(
                "the disk failed",
                assertThrows(IllegalStateException.class, () -> write(3, failing, written -> {}))
                        .getMessage());
        assertFalse(Files.exists(folder.resolve("out.gguf")));
    }

    private Path write(int threads, RowSource source, LongConsumer progress) throws IOException {
        Path target = folder.resolve("out.gguf");
        List<Long> shape = List.of((long) WIDTH, (long) ROWS);
        List<TensorTask> tasks = List.of(
                new TensorTask("a", TensorType.Q8_0, shape, source, 0, null),
                new TensorTask("b", TensorType.Q8_0, shape, source, 0, null));
        try (GgufWriter writer = new GgufWriter(target)) {
            TensorStream.write(writer, tasks, threads, progress);
            writer.finish();
        }
        return target;
    }

    /** Row i is full of i + 1. */
    private static final class Numbered implements RowSource {
        private final AtomicLong reads = new AtomicLong();
        private final AtomicLong largest = new AtomicLong();

        @Override
        public TensorType type() {
            return TensorType.F32;
        }

        @Override
        public void read(long first, MemorySegment target) {
            reads.incrementAndGet();
            largest.accumulateAndGet(target.byteSize(), Math::max);
            for (long i = 0; i < target.byteSize(); i += Float.BYTES) {
                target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i, first + 1f);
            }
        }

        @Override
        public String describe() {
            return "numbered rows";
        }
    }
}
