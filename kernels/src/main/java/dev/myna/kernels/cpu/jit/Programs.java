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

/** The kernels of one instruction set. Those of a type are written when a product first needs them. Safe for threads. */
public final class Programs {
    private final Machine machine;
    private final Isa isa;
    private final KernelWriters writers;
    private final Map<String, Kernel> shared = new HashMap<>();
    private AttentionProducts attention;
    private final ProductKernels[][] products = new ProductKernels[TensorType.values().length][QuantTile.WIDE];

    private Programs(Machine machine, Isa isa) {
        this.machine = machine;
        this.isa = isa;
        writers = Machine.writers(isa);
    }

    /**
     * For the best instruction set of this machine.
     *
     * @param listener is told of all code
     * @throws RefusedException if there is none, or machine code cannot be run
     */
    public static Programs best(CodeListener listener) throws RefusedException {
        Machine machine = new Machine(listener);
        if (machine.sets().isEmpty()) {
            throw new RefusedException("the processor has no " + (Platform.X64 ? Isa.AVX2 : Isa.NEON).label());
        }
        return new Programs(machine, machine.sets().getFirst());
    }

    /**
     * For one of {@link #sets}.
     *
     * @throws RefusedException if machine code cannot be run
     */
    public static Programs of(Isa isa) throws RefusedException {
        return new Programs(new Machine(CodeListener.NONE), isa);
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

    /** The tile that multiplies weights of a quantized type. */
    QuantTile tile(TensorType type, int vectors) {
        return new QuantTile(
                isa, writers.group(type), vectors, writers.rounding(type).signs());
    }

    /** Weight rows that one call of the storing kernel writes at most. */
    int storeRows() {
        return writers.storeRows();
    }

    /** Kernels for weights of a type and tiles of some vectors of activation rows. */
    synchronized ProductKernels product(TensorType type, int vectors) {
        ProductKernels[] known = products[type.ordinal()];
        if (known[vectors - 1] == null) {
            known[vectors - 1] = FloatTile.reads(type)
                    ? ofFloats(type, new FloatTile(isa, vectors))
                    : ofQuants(type, tile(type, vectors));
        }
        return known[vectors - 1];
    }

    private ProductKernels ofFloats(TensorType type, FloatTile tile) {
        return new ProductKernels(
                columns -> kernel(matVec(type, columns), writers.matVec(type, columns)),
                isa.mostColumns(),
                () -> kernel(panel(type, tile.label()), writers.panel(type, tile)),
                () -> shared("tile " + tile.label(), () -> writers.tile(tile)),
                this::store,
                null,
                null,
                null,
                () -> shared("pack " + tile.label(), () -> writers.pack(tile)),
                null);
    }

    private ProductKernels ofQuants(TensorType type, QuantTile tile) {
        int group = tile.group();
        return new ProductKernels(
                columns -> kernel(matVec(type, columns), writers.matVec(type, columns)),
                isa.mostColumns(),
                () -> kernel(panel(type, tile.label()), writers.panel(type, tile)),
                () -> shared("tile " + tile.label() + writers.kind(type, tile), () -> writers.tile(type, tile)),
                this::store,
                () -> quantize(group, Rounding.SUMS),
                () -> quantize(group, writers.rounding(type)),
                () -> shared("order " + type, () -> writers.order(type)),
                () -> shared("pack quants " + tile.label(), () -> writers.pack(tile)),
                () -> shared("pack scales " + tile.label(), () -> writers.packScales(tile)));
    }

    private Kernel quantize(int group, Rounding rounding) {
        return shared("quantize " + group + " " + rounding.label(), () -> writers.quantize(group, rounding));
    }

    private Kernel store() {
        return shared("store", writers::store);
    }

    /** A kernel that several types have in common; null if none is needed. */
    private synchronized Kernel shared(String name, Supplier<byte[]> code) {
        return shared.computeIfAbsent(name, unused -> {
            byte[] written = code.get();
            return written == null ? null : kernel(name, written);
        });
    }

    /** The tiles of attention. */
    public synchronized AttentionProducts attention() {
        if (attention == null) {
            attention = new AttentionProducts(
                    isa.lanes(),
                    writers.mostAttentionRows(),
                    rows -> kernel("attention x" + rows, writers.attention(rows)));
        }
        return attention;
    }

    private static String matVec(TensorType type, int columns) {
        return "matvec " + type + " x" + columns;
    }

    private static String panel(TensorType type, String tile) {
        return "panel " + type + " " + tile;
    }

    private Kernel kernel(String name, byte[] code) {
        try {
            return machine.load(name + " [" + isa.label() + "]", code);
        } catch (RefusedException e) {
            // It was allowed when the instruction sets were asked for.
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
