// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Sources for the simple compressions. */
final class TileSources {
    private TileSources() {}

    static TileSource open(int compression, EncodedBytes in, WorkBudget budget) throws IOException {
        return switch (compression) {
            case TiffLayout.LZW -> new TiffLzw(in, budget);
            case TiffLayout.DEFLATE, TiffLayout.OLD_DEFLATE -> new Deflated(in, budget);
            case TiffLayout.PACK_BITS -> new PackBits(in, budget);
            default ->
                row -> {
                    budget.spend(row.length);
                    in.read(row, 0, row.length);
                };
        };
    }

    /** Maximum number of bytes that a compression expands one byte to. */
    static int mostFromAByte(int compression) {
        return switch (compression) {
            case TiffLayout.LZW -> 4096;
            case TiffLayout.DEFLATE, TiffLayout.OLD_DEFLATE -> 1032;
            case TiffLayout.PACK_BITS -> 64;
            default -> 1;
        };
    }

    private static final class Deflated implements TileSource {
        private static final int PIECE = 1 << 13;

        private final Inflater inflater = new Inflater();
        private final byte[] piece = new byte[PIECE];
        private final EncodedBytes in;
        private final WorkBudget budget;

        Deflated(EncodedBytes in, WorkBudget budget) {
            this.in = in;
            this.budget = budget;
        }

        @Override
        public void read(byte[] row) throws IOException {
            budget.spend(row.length);
            int filled = 0;
            while (filled < row.length) {
                try {
                    int count = inflater.inflate(row, filled, row.length - filled);
                    filled += count;
                    if (count == 0) {
                        feed();
                    }
                } catch (DataFormatException e) {
                    throw new DamagedImageException("the compressed pixels make no sense");
                }
            }
        }

        private void feed() throws IOException {
            int count = Math.min(in.remaining(), PIECE);
            if (inflater.finished() || count == 0) {
                throw new EOFException("the compressed pixels end before the last row");
            }
            if (inflater.needsDictionary()) {
                throw new DamagedImageException("the compressed pixels ask for a dictionary");
            }
            budget.spend(count);
            in.read(piece, 0, count);
            inflater.setInput(piece, 0, count);
        }

        @Override
        public void close() {
            inflater.end();
        }
    }

    private static final class PackBits implements TileSource {
        private final EncodedBytes in;
        private final WorkBudget budget;
        private int literals;
        private int repeats;
        private byte repeated;

        PackBits(EncodedBytes in, WorkBudget budget) {
            this.in = in;
            this.budget = budget;
        }

        @Override
        public void read(byte[] row) throws IOException {
            budget.spend(row.length);
            int filled = 0;
            while (filled < row.length) {
                if (literals > 0) {
                    int count = Math.min(literals, row.length - filled);
                    in.read(row, filled, count);
                    filled += count;
                    literals -= count;
                } else if (repeats > 0) {
                    row[filled++] = repeated;
                    repeats--;
                } else {
                    next();
                }
            }
        }

        private void next() throws IOException {
            budget.spend(1);
            int control = in.u8();
            if (control < 128) {
                literals = control + 1;
            } else if (control > 128) {
                repeats = 257 - control;
                repeated = (byte) in.u8();
            }
        }
    }
}
