// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random tensor data at the speed of a copy: a pool of random blocks per type and scale, from which tensors are cut in pieces
 * that start at random blocks. A block is random bytes with its scale fields set so that the elements have mean 0 and a chosen
 * standard deviation; every bit pattern of the other fields is valid in every format.
 */
public final class WeightPool {
    private static final int POOL_BYTES = 4 << 20;
    private static final int PIECE_BYTES = 1 << 20;

    private final SplittableRandom random;
    private final Map<PoolKey, ByteBuffer> pools = new HashMap<>();

    private record PoolKey(TensorType type, float mean, float deviation) {}

    /**
     * Where a block keeps its scales and what its elements look like before scaling.
     *
     * @param scale byte offset of the f16 scale
     * @param minimum byte offset of the f16 that is added (4-bit and 5-bit) or subtracted (K types), or -1 for none
     * @param minimumRatio minimum / scale that makes the mean 0
     * @param deviation root mean square of an element for scale 1, over uniformly random payload
     */
    private record BlockScales(int scale, int minimum, float minimumRatio, float deviation) {}

    public WeightPool(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Writes {@code bytes} bytes of whole blocks with standard deviation {@code deviation} and mean 0. */
    public void write(WritableByteChannel channel, TensorType type, float deviation, long bytes) throws IOException {
        write(channel, type, 0, deviation, bytes);
    }

    /**
     * Writes {@code bytes} bytes of whole blocks.
     *
     * @param mean mean of the elements; the block formats only know 0
     */
    public void write(WritableByteChannel channel, TensorType type, float mean, float deviation, long bytes)
            throws IOException {
        if (mean != 0 && type.blockSize() != 1) {
            throw new IllegalArgumentException(type + " blocks are made with mean 0");
        }
        ByteBuffer pool = pools.computeIfAbsent(new PoolKey(type, mean, deviation), this::fill);
        int blockBytes = type.blockBytes();
        int poolBlocks = pool.capacity() / blockBytes;
        int pieceBlocks = PIECE_BYTES / blockBytes;
        for (long left = bytes; left > 0; ) {
            int length = (int) Math.min(left, (long) pieceBlocks * blockBytes);
            int start = random.nextInt(poolBlocks - pieceBlocks + 1) * blockBytes;
            ByteBuffer piece = pool.slice(start, length);
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
            left -= length;
        }
    }

    private ByteBuffer fill(PoolKey key) {
        TensorType type = key.type();
        int blocks = POOL_BYTES / type.blockBytes();
        ByteBuffer pool = ByteBuffer.allocateDirect(blocks * type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (type.blockSize() == 1) {
            for (int i = 0; i < blocks; i++) {
                putFloat(pool, type, key.mean() + key.deviation() * (float) random.nextGaussian());
            }
            return pool;
        }
        byte[] payload = new byte[pool.capacity()];
        random.nextBytes(payload);
        pool.put(0, payload);
        BlockScales scales = scales(type);
        for (int i = 0; i < blocks; i++) {
            int block = i * type.blockBytes();
            float scale = key.deviation() / scales.deviation();
            if (scales.minimum() < 0) {
                // Codes such as -8..7 are not centred: alternating signs are.
                pool.putShort(block + scales.scale(), Float.floatToFloat16((i & 1) == 0 ? scale : -scale));
            } else {
                pool.putShort(block + scales.scale(), Float.floatToFloat16(scale));
                pool.putShort(block + scales.minimum(), Float.floatToFloat16(scale * scales.minimumRatio()));
            }
        }
        return pool;
    }

    private static void putFloat(ByteBuffer target, TensorType type, float value) {
        switch (type) {
            case F32 -> target.putFloat(value);
            case F16 -> target.putShort(Float.floatToFloat16(value));
            case BF16 -> target.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            default -> throw new IllegalArgumentException(type + " is a block format");
        }
    }

    /** Computed from each format's formula with every payload bit a fair coin. */
    private static BlockScales scales(TensorType type) {
        return switch (type) {
            case Q4_0 -> new BlockScales(0, -1, 0, 4.64f);
            case Q4_1 -> new BlockScales(0, 2, -7.5f, 4.61f);
            case Q5_0 -> new BlockScales(0, -1, 0, 9.25f);
            case Q5_1 -> new BlockScales(0, 2, -15.5f, 9.23f);
            case Q8_0 -> new BlockScales(0, -1, 0, 73.9f);
            case Q2_K -> new BlockScales(80, 82, 1.5f, 13.9f);
            case Q3_K -> new BlockScales(108, -1, 0, 43.3f);
            case Q4_K -> new BlockScales(0, 2, 7.5f, 258f);
            case Q5_K -> new BlockScales(0, 2, 15.5f, 527f);
            case Q6_K -> new BlockScales(208, -1, 0, 1366f);
            case IQ4_NL -> new BlockScales(0, -1, 0, 67f);
            case IQ4_XS -> new BlockScales(0, -1, 0, 1246f);
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no blocks");
        };
    }
}
