// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Finds damage of incomplete or mixed-up downloads in weights that are still valid numbers: runs of zero bytes and repeated
 * blocks.
 *
 * <p>A run of {@link #ZERO_RUN} zero bytes never occurs in trained weights, except for tokens that were never used: whole rows
 * of zeros in the embedding or the head are not damage. Biases of zeros are not damage either.
 *
 * <p>Blocks may lie anywhere, so they are found by content: a rolling hash chooses places, and the same hashes at the same
 * distance for long enough are compared byte by byte. Tensors that equal others of their kind (tied tables, layers copied to
 * make a deeper model) are not damage, and neither is an immediate repetition, such as norms of ones.
 */
public final class DamageScan {
    /** Minimum length of a reported run of zero bytes. */
    public static final int ZERO_RUN = 64 << 10;

    /** Minimum bytes of a reported repeated block. */
    public static final int REPEATED = 256 << 10;

    /** Maximum number of stored places, so that memory does not grow with the file. */
    private static final int MAX_PLACES = 1 << 20;

    private static final int MIN_SPACING = 2048;
    private static final int PIECE = 1 << 20;
    private static final int MAX_FINDINGS = 100;

    /** Zero bytes that the neighbours of unused rows may have at that end. */
    private static final int UNALIGNED = 16;

    /** One random number per byte value: the same for every file. */
    private static final long[] GEAR =
            new SplittableRandom(20_260_101).longs(256).toArray();

    private final GgufFile file;

    /** In the order of their data. */
    private final List<Tensor> tensors;

    private final List<String> findings = new ArrayList<>();

    /** A hash whose bits here are zero chooses its place. The high bits depend on all 64 bytes before. */
    private final long mask;

    private final Places places;

    /** Start of each tensor, counted over all tensors' bytes, and their sum. */
    private final long[] starts;

    /** Distance of the run of equal places that is being followed; 0 for none. */
    private long distance;

    private long matchedFrom;
    private long matchedTo;

    /** End of the last block that was compared. */
    private long comparedTo;

    private DamageScan(GgufFile file) {
        this.file = file;
        tensors = file.tensors().values().stream()
                .sorted(Comparator.comparingLong(tensor -> tensor.data().address()))
                .toList();
        starts = new long[tensors.size() + 1];
        for (int i = 0; i < tensors.size(); i++) {
            starts[i + 1] = starts[i] + tensors.get(i).data().byteSize();
        }
        long total = starts[tensors.size()];
        long spacing = Long.highestOneBit(Math.max(MIN_SPACING, total / MAX_PLACES));
        mask = -1L << (64 - Long.numberOfTrailingZeros(spacing));
        places = new Places((int) Math.min(MAX_PLACES, total / spacing + 1));
    }

    /**
     * Reads all tensors once.
     *
     * @param progress receives the number of bytes read so far, often; an exception ends the work
     * @return one line for each place that looks damaged, at most {@value #MAX_FINDINGS}
     */
    public static List<String> of(GgufFile file, LongConsumer progress) {
        DamageScan scan = new DamageScan(file);
        scan.run(progress);
        return List.copyOf(scan.findings.subList(0, Math.min(MAX_FINDINGS, scan.findings.size())));
    }

    private void run(LongConsumer progress) {
        byte[] piece = new byte[PIECE];
        long hash = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PIECE);
            for (int i = 0; i < tensors.size(); i++) {
                long bytes = tensors.get(i).data().byteSize();
                Zeros zeros = new Zeros(tensors.get(i));
                for (long at = 0; at < bytes; at += PIECE) {
                    int length = (int) Math.min(PIECE, bytes - at);
                    file.read(tensors.get(i), at, buffer.asSlice(0, length));
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, piece, 0, length);
                    hash = roll(piece, length, starts[i] + at, hash);
                    zeros.add(piece, length, at);
                    progress.accept(starts[i] + at + length);
                }
                zeros.end();
            }
        }
        endOfMatch();
    }

    private long roll(byte[] piece, int length, long start, long before) {
        long hash = before;
        for (int i = 0; i < length; i++) {
            hash = (hash << 1) + GEAR[piece[i] & 0xFF];
            if ((hash & mask) == 0) {
                place(hash, start + i);
            }
        }
        return hash;
    }

    private void place(long hash, long at) {
        long earlier = places.put(hash, at);
        long found = earlier < 0 ? 0 : at - earlier;
        if (found != 0 && found < REPEATED) {
            return;
        }
        if (found != distance) {
            endOfMatch();
            distance = found;
            matchedFrom = at;
        }
        matchedTo = at;
    }

    /** Reports a run of equal places, if the bytes around them are equal for long enough. */
    private void endOfMatch() {
        if (distance == 0 || matchedTo - matchedFrom < REPEATED / 2 || matchedFrom < comparedTo) {
            return;
        }
        long from = matchedFrom;
        while (from > distance && matchedFrom - from < PIECE && byteAt(from - 1) == byteAt(from - 1 - distance)) {
            from--;
        }
        long to = matchedFrom + equalFrom(matchedFrom);
        comparedTo = to;
        if (to - from >= REPEATED && !copiedTensors(from, to)) {
            Tensor copy = tensors.get(tensorAt(from));
            Tensor original = tensors.get(tensorAt(from - distance));
            long at = from - starts[tensorAt(from)];
            findings.add(
                    "tensor " + Text.quote(copy.name()) + ": the " + (to - from) + " bytes from offset " + at + " ("
                            + file.place(copy, at) + ") on are those of tensor " + Text.quote(original.name())
                            + " from offset " + (from - distance - starts[tensorAt(from - distance)])
                            + ": a block is there twice; fetch the file again");
        }
    }

    private byte byteAt(long at) {
        int tensor = tensorAt(at);
        return tensors.get(tensor).data().get(ValueLayout.JAVA_BYTE, at - starts[tensor]);
    }

    /** How many bytes from a place on equal those {@link #distance} bytes before. */
    private long equalFrom(long start) {
        long at = start;
        while (at < starts[tensors.size()]) {
            int copy = tensorAt(at);
            int original = tensorAt(at - distance);
            long length = Math.min(starts[copy + 1] - at, starts[original + 1] - (at - distance));
            MemorySegment a = tensors.get(copy).data().asSlice(at - starts[copy], length);
            MemorySegment b = tensors.get(original).data().asSlice(at - distance - starts[original], length);
            long mismatch = a.mismatch(b);
            if (mismatch >= 0) {
                return at + mismatch - start;
            }
            at += length;
        }
        return at - start;
    }

    /** Whether the equal bytes are whole tensors of the same kind. */
    private boolean copiedTensors(long from, long to) {
        for (long at = from; at < to; at = starts[tensorAt(at) + 1]) {
            int copy = tensorAt(at);
            int original = tensorAt(at - distance);
            Tensor a = tensors.get(copy);
            Tensor b = tensors.get(original);
            boolean expert = copy == original
                    && a.shape().size() > 2
                    && distance % (a.rowBytes() * a.shape().get(1)) == 0;
            boolean same = starts[copy] - distance == starts[original]
                    && a.type() == b.type()
                    && a.shape().equals(b.shape())
                    && role(a).equals(role(b));
            // The first bytes of a neighbour may be equal by chance.
            boolean chance = Math.min(to, starts[copy + 1]) - at < UNALIGNED;
            if (!expert && !same && !chance) {
                return false;
            }
        }
        return true;
    }

    /** A tensor's name without the number of its layer; the embedding may serve as the head. */
    private static String role(Tensor tensor) {
        String name = tensor.name().replaceFirst("blk\\.\\d+\\.", "");
        return name.equals("output.weight") ? "token_embd.weight" : name;
    }

    private int tensorAt(long at) {
        int low = 0;
        int high = tensors.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= at) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Follows runs of zero bytes through one tensor. */
    private final class Zeros {
        private final Tensor tensor;
        private final boolean rowsMayBeUnused;
        private long from = -1;
        private long end;

        Zeros(Tensor tensor) {
            this.tensor = tensor;
            rowsMayBeUnused =
                    tensor.name().equals("token_embd.weight") || tensor.name().equals("output.weight");
        }

        void add(byte[] piece, int length, long at) {
            for (int i = 0; i < length; i++) {
                if (piece[i] == 0) {
                    from = from < 0 ? at + i : from;
                } else if (from >= 0) {
                    report(at + i);
                }
            }
            end = at + length;
        }

        void end() {
            if (from >= 0) {
                report(end);
            }
        }

        private void report(long to) {
            long start = from;
            from = -1;
            long size = tensor.data().byteSize();
            if (start == 0 && to == size) {
                boolean bias = tensor.name().endsWith(".bias");
                if (!bias) {
                    findings.add("tensor " + Text.quote(tensor.name()) + ": all " + size + " bytes are zero ("
                            + file.place(tensor, 0) + " on): fetch the file again");
                }
                return;
            }
            // A row may begin or end with zeros of its own, so the run is cut to whole rows, and what is left of it is
            // short.
            long row = tensor.rowBytes();
            long firstRow = (start + row - 1) / row * row;
            long lastRow = to / row * row;
            boolean unused = rowsMayBeUnused
                    && firstRow < lastRow
                    && firstRow - start < UNALIGNED
                    && to - lastRow < UNALIGNED
                    && lastRow - firstRow < size / 2;
            if (to - start >= ZERO_RUN && !unused) {
                findings.add("tensor " + Text.quote(tensor.name()) + ": " + (to - start) + " zero bytes from offset "
                        + start + " (" + file.place(tensor, start) + "): a hole in the file; fetch it again");
            }
        }
    }

    /** Where each chosen hash was seen last: a table of open addresses that does not grow. */
    private static final class Places {
        private final long[] hashes;
        private final long[] positions;
        private int free;

        Places(int expected) {
            int size = Integer.highestOneBit(Math.max(16, expected)) << 2;
            hashes = new long[size];
            positions = new long[size];
            Arrays.fill(positions, -1);
            free = size - size / 4;
        }

        /** Where it was seen before, or -1. */
        long put(long hash, long at) {
            int slot = (int) (hash * 0x9E3779B97F4A7C15L >>> 32) & hashes.length - 1;
            while (positions[slot] >= 0 && hashes[slot] != hash) {
                slot = slot + 1 & hashes.length - 1;
            }
            long before = positions[slot];
            if (before < 0 && free == 0) {
                return -1;
            }
            if (before < 0) {
                free--;
                hashes[slot] = hash;
            }
            positions[slot] = at;
            return before;
        }
    }
}
