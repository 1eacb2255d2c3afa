// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.machine.NativeMemory.putLong;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.cpu.jit.contract.Arguments;
import dev.myna.kernels.cpu.jit.contract.Arguments.MatVec;
import dev.myna.kernels.cpu.jit.contract.Arguments.Order;
import dev.myna.kernels.cpu.jit.contract.Arguments.Pack;
import dev.myna.kernels.cpu.jit.contract.Arguments.Panel;
import dev.myna.kernels.cpu.jit.contract.Arguments.Quantize;
import dev.myna.kernels.cpu.jit.contract.Arguments.Rows;
import dev.myna.kernels.cpu.jit.contract.Arguments.Store;
import dev.myna.kernels.cpu.jit.contract.Arguments.Tiles;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Tile;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.machine.NativeMemory;

/**
 * A matmul by machine code, {@code out[n, m] = in[n, k] . weights[m, k]^T + bias[m]}. {@link #describe} sets the operands of
 * the next one, so that a matmul allocates nothing.
 *
 * <p>With few activation rows, mat-vec kernels read the weights as they are stored. With many, {@link #prepare} packs the
 * activation rows, a tile at a time, and {@link #multiply} expands the weights, a band of rows at a time, and multiplies tiles.
 * A result depends on the number of activation rows, but not on how rows are divided among threads.
 */
public final class KernelMatMul {
    /** The most bytes of weights that one call of a kernel reads: the JVM reaches no safepoint during a call. */
    private static final long CALL_BYTES = 1 << 20;

    /** Up to this many reads of all weights are cheaper than packing. */
    private static final int MAX_READS = 2;

    /** Records of a part of the inner dimension: the activations of 512 elements stay in the first-level cache. */
    private static final int PART = 16;

    private final Kernels kernels;
    private final Isa isa;
    private final int maxColumns;
    private Kernel quantize;
    private Kernel order;
    /** For {@link #maxColumns} activation rows, and for the rows that remain. */
    private Kernel matVec;

    private Kernel lastMatVec;
    private Kernel panel;
    private Kernel tile;
    private Kernel store;
    private Kernel pack;
    private Kernel packScales;
    private TensorType type;
    private boolean floats;
    private QuantTile quantTile;
    private FloatTile floatTile;
    private final FloatTile[] floatTiles = new FloatTile[QuantTile.MAX_VECTORS];
    private final QuantTile[][] quantTiles = new QuantTile[TensorType.values().length][QuantTile.MAX_VECTORS];
    private long weights;
    private long weightBytes;
    private long bias;
    private long in;
    private long out;
    private int m;
    private int k;
    private int n;
    private long packed;
    private int records;
    private int record;
    private int columnRecord;
    private int columns;
    private int tileRows;

    public KernelMatMul(Kernels kernels) {
        this.kernels = kernels;
        isa = kernels.isa();
        maxColumns = isa.maxColumns();
        for (int vectors = 1; vectors <= QuantTile.MAX_VECTORS; vectors++) {
            floatTiles[vectors - 1] = new FloatTile(isa, vectors);
        }
    }

    /** Whether kernels read weights of this type. */
    public boolean reads(TensorType type) {
        return kernels.reads(type);
    }

    /** Takes the operands of the next matmul, with weights of a type that kernels read. */
    public void describe(MatMulJob job) {
        type = job.type();
        floats = FloatTile.reads(type);
        weights = job.weights();
        weightBytes = job.weightBytes();
        bias = job.bias();
        in = job.in();
        out = job.out();
        m = job.m();
        k = job.k();
        n = job.n();
        int vectors = n <= isa.lanes() ? 1 : QuantTile.MAX_VECTORS;
        if (floats) {
            floatTile = floatTiles[vectors - 1];
            records = (k - 1) / FloatTile.CHUNK + 1;
        } else {
            quantTile = quantTile(vectors);
            records = roundUp(k, QuantTile.STEP) / 32;
        }
        Tile shape = floats ? floatTile : quantTile;
        record = shape.record();
        columnRecord = shape.columnRecord();
        columns = shape.columns();
        tileRows = shape.rows();
        takeKernels(kernels.matMul(type, vectors));
    }

    private QuantTile quantTile(int vectors) {
        QuantTile[] known = quantTiles[type.ordinal()];
        if (known[vectors - 1] == null) {
            known[vectors - 1] = kernels.tileOf(type, vectors);
        }
        return known[vectors - 1];
    }

    private void takeKernels(MatMulKernels kernels) {
        if (few()) {
            quantize = kernels.few().quantize();
            order = kernels.few().order();
            matVec = n < maxColumns ? null : kernels.matVec(maxColumns);
            lastMatVec = n % maxColumns == 0 ? null : kernels.matVec(n % maxColumns);
        } else {
            MatMulKernels.Many many = kernels.many();
            quantize = many.quantize();
            panel = many.panel();
            tile = many.tile();
            store = many.store();
            pack = many.pack();
            packScales = many.packScales();
        }
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    /** The largest number of activation rows for which mat-vec kernels read the weights as they are stored. */
    public int fewRows() {
        return MAX_READS * maxColumns;
    }

    private boolean few() {
        return n <= fewRows();
    }

    /** Weight rows that should be computed together. */
    public int rowsPerUnit() {
        return few() ? 4 : QuantTile.BAND;
    }

    /** Units of {@link #prepare}, or 0. */
    public int preparations() {
        return few() ? 0 : (n - 1) / columns + 1;
    }

    /** Bytes that {@link #prepare} fills. */
    public long packedBytes() {
        return preparations() * packedTileBytes();
    }

    /** Packing writes whole squares, of up to 512 elements of the inner dimension. */
    private long packedTileBytes() {
        return (floats ? records : roundUp(records, PART)) * (long) columnRecord;
    }

    /** Sets the address that {@link #prepare} writes to, aligned to a cache line. */
    public void packTo(long address) {
        packed = address;
    }

    /** Bytes of scratch memory for {@link #prepare} and {@link #multiply}. */
    public long scratchBytes() {
        if (few()) {
            return Arguments.BYTES + n * fewColumnBytes();
        }
        long activations = floats ? 4L * records * FloatTile.CHUNK : quantRowBytes();
        long multiply = panelBytes() + 4L * QuantTile.BAND * columns + 4L * (QuantTile.BAND + 16);
        return Arguments.BYTES + Math.max(columns * activations, multiply);
    }

    private long panelBytes() {
        return (QuantTile.BAND / tileRows) * (long) records * record;
    }

    private long fewColumnBytes() {
        if (floats) {
            return 4L * roundUp(k, FloatTile.step(isa));
        }
        int padded = roundUp(k, QuantTile.STEP);
        return padded + 8L * padded / quantTile.group();
    }

    /** Integers, masks, scales and sums of a row, padded to whole squares of packing. */
    private long quantRowBytes() {
        int padded = roundUp(k, 512);
        return padded + (quantTile.signs() ? padded : 0) + 8L * padded / quantTile.group();
    }

    /** Packs tiles {@code from} to {@code to} of activation rows. */
    public void prepare(int from, int to, long scratch) {
        for (int i = from; i < to; i++) {
            int first = i * columns;
            int rows = Math.min(columns, n - first);
            if (floats) {
                packFloats(first, rows, packed + i * packedTileBytes(), scratch);
            } else {
                packQuants(first, rows, packed + i * packedTileBytes(), scratch);
            }
        }
    }

    private void packFloats(int first, int rows, long to, long arguments) {
        long copy = arguments + Arguments.BYTES;
        long rowBytes = 4L * records * FloatTile.CHUNK;
        for (int i = 0; i < columns; i++) {
            copyPadded(first + i, i < rows ? k : 0, copy + i * rowBytes, rowBytes);
        }
        int square = isa.lanes() * floatTile.vectors() * isa.bytes();
        pack(arguments, pack, copy, rowBytes, isa.bytes(), to, isa.bytes(), square);
    }

    private void copyPadded(int row, int elements, long to, long bytes) {
        NativeMemory.copy(in + row * (4L * k), to, 4L * elements);
        NativeMemory.zero(to + 4L * elements, bytes - 4L * elements);
    }

    private void packQuants(int first, int rows, long to, long arguments) {
        int padded = roundUp(k, 512);
        int groups = padded / quantTile.group();
        long quants = arguments + Arguments.BYTES;
        long masks = quants + (long) columns * padded;
        long scales = masks + (quantTile.signs() ? (long) columns * padded : 0);
        long sums = scales + columns * 4L * groups;
        for (int i = 0; i < columns; i++) {
            putLong(arguments + Quantize.MASKS, masks + (long) i * padded);
            quantize(
                    arguments,
                    first + i,
                    i < rows ? k : 0,
                    padded,
                    quants + (long) i * padded,
                    scales + i * 4L * groups,
                    sums + i * 4L * groups);
        }
        int positions = quantTile.packedPositions();
        int square = positions / 32 * columnRecord;
        pack(arguments, pack, quants, padded, positions, to, quantTile.packedStep(), square);
        int step = isa.bytes();
        int perGroup = isa.lanes() / quantTile.groups() * columnRecord;
        if (quantTile.signs()) {
            long at = to + quantTile.columnMasksAt();
            pack(arguments, pack, masks, padded, positions, at, quantTile.packedStep(), square);
        }
        pack(arguments, packScales, scales, 4L * groups, step, to + quantTile.columnScalesAt(), step, perGroup);
        pack(arguments, packScales, sums, 4L * groups, step, to + quantTile.columnSumsAt(), step, perGroup);
    }

    /**
     * Packs {@code columns} rows, as many at a time as a vector has lanes.
     *
     * @param square bytes of a row that are packed together
     * @param step bytes from the result of one vector of rows to that of the next
     * @param squareBytes bytes from the result of one square to that of the next
     */
    private void pack(
            long arguments, Kernel kernel, long from, long rowBytes, int square, long to, int step, long squareBytes) {
        for (int v = 0; v < columns / isa.lanes(); v++) {
            putLong(arguments + Pack.FROM, from + v * isa.lanes() * rowBytes);
            putLong(arguments + Pack.FROM_BYTES, rowBytes);
            putLong(arguments + Pack.TO, to + (long) v * step);
            putLong(arguments + Pack.SQUARES, rowBytes / square);
            putLong(arguments + Pack.SQUARE_BYTES, squareBytes);
            kernel.call(arguments);
        }
    }

    /** Rounds the first {@code elements} of a row and appends zeros up to {@code padded}. */
    private void quantize(long arguments, int row, int elements, int padded, long quants, long scales, long sums) {
        if (elements > 0) {
            putLong(arguments + Quantize.FROM, in + row * (4L * k));
            putLong(arguments + Quantize.BLOCKS, elements / 32);
            putLong(arguments + Quantize.QUANTS, quants);
            putLong(arguments + Quantize.SCALES, scales);
            putLong(arguments + Quantize.SUMS, sums);
            quantize.call(arguments);
        }
        if (elements < padded) {
            int group = quantTile.group();
            NativeMemory.zero(quants + elements, padded - elements);
            NativeMemory.zero(scales + 4L * (elements / group), 4L * (padded - elements) / group);
            NativeMemory.zero(sums + 4L * (elements / group), 4L * (padded - elements) / group);
        }
    }

    /** Computes weight rows {@code from} to {@code to} for all activation rows. */
    public void multiply(int from, int to, long scratch) {
        if (few()) {
            multiplyStored(from, to, scratch);
            return;
        }
        for (int row = from; row < to; row += QuantTile.BAND) {
            multiplyBand(row, Math.min(QuantTile.BAND, to - row), scratch);
        }
    }

    private void multiplyStored(int from, int to, long arguments) {
        long column = fewColumnBytes();
        long activations = arguments + Arguments.BYTES;
        int padded = roundUp(k, QuantTile.STEP);
        int groups = floats ? 0 : padded / quantTile.group();
        for (int i = 0; i < n; i++) {
            long at = activations + i * column;
            if (floats) {
                copyPadded(i, k, at, column);
            } else {
                quantize(arguments, i, k, padded, at, at + padded, at + padded + 4L * groups);
                if (order != null) {
                    putLong(arguments + Order.QUANTS, at);
                    putLong(arguments + Order.COUNT, padded / QuantTile.STEP);
                    order.call(arguments);
                }
            }
        }
        describeRows(arguments, floats ? FloatTile.step(isa) : QuantTile.STEP);
        putLong(arguments + MatVec.COLUMN_BYTES, column);
        putLong(arguments + MatVec.OUT_BYTES, 4L * m);
        int perCall = (int) Math.max(1, CALL_BYTES / weightBytes);
        for (int row = from; row < to; row += perCall) {
            putLong(arguments + Rows.ROW, weights + row * weightBytes);
            putLong(arguments + Rows.ROWS, Math.min(perCall, to - row));
            for (int i = 0; i < n; i += maxColumns) {
                Kernel kernel = n - i < maxColumns ? lastMatVec : matVec;
                long at = activations + i * column;
                putLong(arguments + MatVec.QUANTS, at);
                putLong(arguments + MatVec.SCALES, at + padded);
                putLong(arguments + MatVec.SUMS, at + padded + 4L * groups);
                putLong(arguments + MatVec.OUT, out + 4L * row + i * (4L * m));
                kernel.call(arguments);
            }
        }
        if (bias != 0) {
            addBias(from, to);
        }
    }

    private void addBias(int from, int to) {
        for (int i = 0; i < n; i++) {
            for (int row = from; row < to; row++) {
                long at = out + i * (4L * m) + row * 4L;
                NativeMemory.putFloat(at, NativeMemory.getFloat(at) + NativeMemory.getFloat(bias + row * 4L));
            }
        }
    }

    /** Sets how a kernel reads rows of weights: {@code step} elements at a time, and the remainder through a zeroed slot. */
    private void describeRows(long arguments, int step) {
        putLong(arguments + Rows.ROW_BYTES, weightBytes);
        putLong(arguments + Rows.STEPS, k / step);
        putLong(arguments + Rows.TAIL_BYTES, type.bytes(k % step));
        putLong(arguments + Rows.TAIL_SLOT, arguments + Arguments.SLOT);
        if (k % step != 0) {
            NativeMemory.zero(arguments + Arguments.SLOT, Arguments.BYTES - Arguments.SLOT);
        }
    }

    private void multiplyBand(int row, int rows, long arguments) {
        long weightPanel = arguments + Arguments.BYTES;
        long sums = weightPanel + panelBytes();
        long biases = sums + 4L * QuantTile.BAND * columns;
        long tileBytes = (long) records * record;
        int tiles = (rows - 1) / tileRows + 1;
        describeRows(arguments, floats ? FloatTile.CHUNK : QuantTile.STEP);
        for (int i = 0; i < tiles; i++) {
            putLong(arguments + Rows.ROW, weights + (row + i * tileRows) * weightBytes);
            putLong(arguments + Rows.ROWS, Math.min(tileRows, rows - i * tileRows));
            putLong(arguments + Panel.PANEL, weightPanel + i * tileBytes);
            panel.call(arguments);
        }
        NativeMemory.zero(biases, 4L * (QuantTile.BAND + 16));
        if (bias != 0) {
            NativeMemory.copy(bias + 4L * row, biases, 4L * rows);
        }
        int part = floats ? 1 : PART;
        for (int i = 0; i < preparations(); i++) {
            putLong(arguments + Tiles.WEIGHTS_BYTES, tileBytes);
            putLong(arguments + Tiles.TILES, tiles);
            putLong(arguments + Tiles.SUMS, sums);
            for (int at = 0; at < records; at += part) {
                putLong(arguments + Tiles.WEIGHTS, weightPanel + (long) at * record);
                putLong(arguments + Tiles.ACTIVATIONS, packed + i * packedTileBytes() + (long) at * columnRecord);
                putLong(arguments + Tiles.RECORDS, Math.min(part, records - at));
                putLong(arguments + Tiles.CONTINUED, at);
                tile.call(arguments);
            }
            store(arguments, sums, biases, row, rows, i * columns);
        }
    }

    private void store(long arguments, long sums, long biases, int row, int rows, int first) {
        int lanes = isa.lanes();
        int maxRows = kernels.storeRows();
        putLong(arguments + Store.FROM_BYTES, 4L * columns);
        putLong(arguments + Store.TO_BYTES, 4L * m);
        for (int i = 0; i < rows; i += maxRows) {
            for (int j = 0; j < columns && first + j < n; j += lanes) {
                putLong(arguments + Store.FROM, sums + 4L * (i * columns + j));
                putLong(arguments + Store.TO, out + (first + j) * (4L * m) + 4L * (row + i));
                putLong(arguments + Store.COLUMNS, Math.min(lanes, n - first - j));
                putLong(arguments + Store.ROWS, Math.min(maxRows, rows - i));
                putLong(arguments + Store.BIAS, biases + 4L * i);
                store.call(arguments);
            }
        }
    }
}
