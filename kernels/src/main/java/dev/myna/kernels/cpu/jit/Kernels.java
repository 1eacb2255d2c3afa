// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.Platform;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The kernels of one instruction set. Each is written when a matmul or attention first needs it. Safe for threads. */
public final class Kernels {
    private final Machine machine;
    private final Isa isa;
    private final KernelWriters writers;
    private final Map<String, Kernel> shared = new HashMap<>();
    private final MatMulKernels[][] matMuls = new MatMulKernels[TensorType.values().length][QuantTile.MAX_VECTORS];
    private AttentionTileKernels attention;

    private Kernels(Machine machine, Isa isa) {
        this.machine = machine;
        this.isa = isa;
        writers = Machine.writers(isa);
    }

    /**
     * For the best instruction set of this machine.
     *
     * @param listener is called for each kernel
     * @throws RefusedException if there is none, or machine code cannot be run
     */
    public static Kernels best(CodeListener listener) throws RefusedException {
        Machine machine = new Machine(listener);
        if (machine.sets().isEmpty()) {
            throw new RefusedException("the processor has no " + (Platform.X64 ? Isa.AVX2 : Isa.NEON).label());
        }
        return new Kernels(machine, machine.sets().getFirst());
    }

    /**
     * For one of {@link #sets}.
     *
     * @throws RefusedException if machine code cannot be run
     */
    public static Kernels of(Isa isa) throws RefusedException {
        return new Kernels(new Machine(CodeListener.NONE), isa);
    }

    /**
     * The instruction sets of this machine that kernels are written for, best first.
     *
     * @throws RefusedException if none are written for this kind of processor or machine code cannot be run
     */
    public static List<Isa> sets() throws RefusedException {
        return new Machine(CodeListener.NONE).sets();
    }

    public Isa isa() {
        return isa;
    }

    /** Whether there are kernels for weights of this type. */
    boolean reads(TensorType type) {
        return writers.reads(type);
    }

    /** The tile that multiplies weights of a quantized type. */
    QuantTile tileOf(TensorType type, int vectors) {
        return new QuantTile(
                isa, writers.group(type), vectors, writers.rounding(type).signs());
    }

    /** Weight rows that one call of {@link #store} writes at most. */
    int storeRows() {
        return writers.storeRows();
    }

    /** Kernels for weights of a type, and for tiles of 1 or 2 vectors of activation rows. */
    synchronized MatMulKernels matMul(TensorType type, int vectors) {
        MatMulKernels[] known = matMuls[type.ordinal()];
        if (known[vectors - 1] == null) {
            known[vectors - 1] = new MatMulKernels(this, type, vectors);
        }
        return known[vectors - 1];
    }

    Kernel matVec(TensorType type, int columns) {
        return load("matvec " + type + " x" + columns, writers.matVec(type, columns));
    }

    Kernel panel(TensorType type, int vectors) {
        if (FloatTile.reads(type)) {
            FloatTile tile = new FloatTile(isa, vectors);
            return load("panel " + type + " " + tile.label(), writers.panel(type, tile));
        }
        QuantTile tile = tileOf(type, vectors);
        return load("panel " + type + " " + tile.label(), writers.panel(type, tile));
    }

    Kernel tile(TensorType type, int vectors) {
        if (FloatTile.reads(type)) {
            FloatTile tile = new FloatTile(isa, vectors);
            return shared("tile " + tile.label(), () -> writers.tile(tile));
        }
        QuantTile tile = tileOf(type, vectors);
        return shared("tile " + tile.label() + writers.variant(type, tile), () -> writers.tile(type, tile));
    }

    Kernel store() {
        return shared("store", writers::store);
    }

    /** Rounds activations for {@link #matVec}. */
    Kernel quantize(TensorType type) {
        return quantize(writers.group(type), Rounding.SUMS);
    }

    /** Rounds activations for {@link #tile}. */
    Kernel quantizeForTile(TensorType type) {
        return quantize(writers.group(type), writers.rounding(type));
    }

    private Kernel quantize(int group, Rounding rounding) {
        return shared("quantize " + group + " " + rounding.label(), () -> writers.quantize(group, rounding));
    }

    /** Reorders rounded activations for {@link #matVec}; null if they stay in order. */
    Kernel order(TensorType type) {
        return shared("order " + type, () -> writers.order(type));
    }

    Kernel pack(TensorType type, int vectors) {
        if (FloatTile.reads(type)) {
            FloatTile tile = new FloatTile(isa, vectors);
            return shared("pack " + tile.label(), () -> writers.pack(tile));
        }
        QuantTile tile = tileOf(type, vectors);
        return shared("pack quants " + tile.label(), () -> writers.pack(tile));
    }

    Kernel packScales(TensorType type, int vectors) {
        QuantTile tile = tileOf(type, vectors);
        return shared("pack scales " + tile.label(), () -> writers.packScales(tile));
    }

    /** A kernel that several types have in common; null if {@code code} gives null. */
    private synchronized Kernel shared(String name, Supplier<byte[]> code) {
        Kernel kernel = shared.get(name);
        if (kernel == null) {
            byte[] written = code.get();
            kernel = written == null ? null : load(name, written);
            shared.put(name, kernel);
        }
        return kernel;
    }

    /** The tiles of attention. */
    public synchronized AttentionTileKernels attention() {
        if (attention == null) {
            int maxRows = writers.maxAttentionRows();
            Kernel four = attention(4);
            Kernel six = attention(6);
            attention = new AttentionTileKernels(maxRows, four, six, maxRows == 6 ? six : attention(maxRows));
        }
        return attention;
    }

    private Kernel attention(int rows) {
        return load("attention x" + rows, writers.attention(rows));
    }

    private Kernel load(String name, byte[] code) {
        try {
            return machine.load(name + " [" + isa.label() + "]", code);
        } catch (RefusedException e) {
            // It was allowed when the instruction sets were asked for.
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
