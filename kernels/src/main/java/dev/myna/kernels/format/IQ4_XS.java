// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/**
 * 256 weights in 136 bytes: f16 d, 16 bits of scale high pairs, 4 bytes of scale low nibbles, 128 bytes of nibbles (16 per
 * run of 32 weights, levels as in {@link IQ4_NL}). Weight = d (scale - 32) level[q].
 */
public record IQ4_XS() implements BlockFormat {
    private static final int BYTES = 136;

    @Override
    public TensorType type() {
        return TensorType.IQ4_XS;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block);
            for (int run = 0; run < 8; run++) {
                IQ4_NL.expand(block + 8 + run * 16, to + b * 1024 + run * 128, d * scale(block, run));
            }
        }
    }

    private static int scale(long block, int run) {
        int low = NativeMemory.getUnsignedByte(block + 4 + (run >> 1)) >> (run & 1) * 4 & 15;
        int high = NativeMemory.getShort(block + 2) >> 2 * run & 3;
        return (low | high << 4) - 32;
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {

        @Override
        public int group() {
            return 32;
        }

        @Override
        public boolean hasMinimums() {
            return false;
        }

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);

            for (int b = 0; b < blocks; b++) {
                int low = NativeMemory.getInt(block + 4);
                int high = NativeMemory.getShort(block + 2);
                float d = NativeMemory.getHalf(block);
                for (int run = 0; run < 8; run++) {
                    IQ4_NL.Bytes.expand(block + 8 + run * 16, q + run * 32);
                    int scale = low >> 4 * run & 15 | (high >> 2 * run & 3) << 4;
                    QuantBytes.factor32(d * (scale - 32), f + run * 32);
                }
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 256);
                f = NativeMemory.known(f + 256);
            }
        }
    }
}
