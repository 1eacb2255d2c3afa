// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.myna.bench.generate.SegmentChannel;
import dev.myna.bench.generate.WeightPool;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.util.List;
import java.util.SplittableRandom;

/** A device and random operands on it. Two instances make the same operands in the same order. Closes the device. */
final class RandomOperands implements AutoCloseable {
    private final Device device;
    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(2);

    RandomOperands(Device device) {
        this.device = device;
    }

    Device device() {
        return device;
    }

    /** Memory that is freed when this is closed. */
    Arena arena() {
        return arena;
    }

    /** Rows of normally distributed numbers. */
    Buffer rows(int rows, int width) {
        Buffer buffer = device.allocate(arena, rows, width);
        float[] row = new float[width];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                row[j] = (float) random.nextGaussian();
            }
            device.write(buffer.slice(i, 1), row, 0, 1);
        }
        return buffer;
    }

    Buffer zeros(int rows, int width) {
        return device.allocate(arena, rows, width);
    }

    /** A matrix of m rows and k columns whose outputs for normally distributed rows are of the order of 1. */
    Tensor matrix(TensorType type, int m, int k) {
        try (Arena working = Arena.ofConfined()) {
            MemorySegment data = working.allocate(type.bytes((long) k * m), 64);
            new WeightPool(1).write(new SegmentChannel(data), type, (float) (1 / Math.sqrt(k)), data.byteSize());
            return new Tensor("benchmark", type, List.of((long) k, (long) m), stored(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same numbers in other memory. */
    Tensor copy(Tensor tensor) {
        return new Tensor(tensor.name(), tensor.type(), tensor.shape(), stored(tensor.data()));
    }

    /** Maps a file with the data. A model's weights are read so, and ordinary memory, in scattered small pages, is slower. */
    private MemorySegment stored(MemorySegment data) {
        try (FileChannel channel =
                FileChannel.open(Files.createTempFile("myna-weights", null), READ, WRITE, DELETE_ON_CLOSE)) {
            ByteBuffer bytes = data.asByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return channel.map(MapMode.READ_ONLY, 0, data.byteSize(), arena);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A gain or bias. */
    Weight vector(int width) {
        return device.load(matrix(TensorType.F32, 1, width));
    }

    @Override
    public void close() {
        device.close();
        arena.close();
    }
}
