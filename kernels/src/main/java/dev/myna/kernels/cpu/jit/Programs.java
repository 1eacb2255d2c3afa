// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/** The kernels of one instruction set. Those of a type are written when a product first needs them. Safe for threads. */
public final class Programs {
    private final CodeBuffer memory;
    private final Isa isa;
    private final Convention convention;
    private final Map<String, Kernel> shared = new HashMap<>();
    private AttentionProducts attention;
    private final ProductKernels[][] products = new ProductKernels[TensorType.values().length][QuantTile.WIDE];

    private Programs(CodeBuffer memory, Isa isa) {
        this.memory = memory;
        this.isa = isa;
        convention = convention();
    }

    /**
     * For the best instruction set of this machine.
     *
     * @param listener is told of all code
     * @throws RefusedException if there is none, or machine code cannot be run
     */
    public static Programs best(CodeListener listener) throws RefusedException {
        CodeBuffer memory = memory(listener);
        List<Isa> sets = Processor.sets(memory, convention());
        if (sets.isEmpty()) {
            throw new RefusedException("the processor has no AVX2");
        }
        return new Programs(memory, sets.getFirst());
    }

    /**
     * For one of {@link #sets}.
     *
     * @throws RefusedException if machine code cannot be run
     */
    public static Programs of(Isa isa) throws RefusedException {
        return new Programs(memory(CodeListener.NONE), isa);
    }

    private static CodeBuffer memory(CodeListener listener) throws RefusedException {
        String arch = System.getProperty("os.arch");
        if (!arch.equals("amd64") && !arch.equals("x86_64")) {
            throw new RefusedException("none is written for " + arch);
        }
        return new CodeBuffer(listener);
    }

    private static Convention convention() {
        return CodeBuffer.windows() ? Convention.WINDOWS : Convention.SYSTEM_V;
    }

    /**
     * The instruction sets of this machine that kernels are written for, best first.
     *
     * @throws RefusedException if this is no x86-64 processor or machine code cannot be run
     */
    public static List<Isa> sets() throws RefusedException {
        return Processor.sets(memory(CodeListener.NONE), convention());
    }

    public Isa isa() {
        return isa;
    }

    /** Kernels for weights of a type and tiles of some vectors of activation rows. */
    synchronized ProductKernels product(TensorType type, int vectors) {
        ProductKernels[] known = products[type.ordinal()];
        if (known[vectors - 1] == null) {
            known[vectors - 1] = FloatTile.reads(type)
                    ? ofFloats(type, new FloatTile(isa, vectors))
                    : ofQuants(type, new QuantTile(isa, WeightReader.group(type), vectors));
        }
        return known[vectors - 1];
    }

    private ProductKernels ofFloats(TensorType type, FloatTile tile) {
        return new ProductKernels(
                columns -> kernel(
                        "matvec " + type + " x" + columns, FloatMatVecCode.write(type, isa, convention, columns)),
                MatVecCode.mostColumns(isa),
                () -> kernel(panel(type, tile.label()), FloatPanelCode.write(type, tile, convention)),
                () -> shared("tile " + tile.label(), () -> FloatTileCode.write(tile, convention)),
                this::store,
                null,
                null,
                () -> pack("pack " + tile.label(), j -> j * tile.vectors() * isa.bytes()),
                null);
    }

    private ProductKernels ofQuants(TensorType type, QuantTile tile) {
        int group = tile.group();
        DotCode dot = WeightReader.dot(type, isa);
        int step = tile.vectors() * isa.bytes();
        int[] order = WeightReader.order(type, isa);
        return new ProductKernels(
                columns -> kernel("matvec " + type + " x" + columns, MatVecCode.write(type, isa, convention, columns)),
                MatVecCode.mostColumns(isa),
                () -> kernel(panel(type, tile.label()), PanelCode.write(type, tile, convention)),
                () -> shared(
                        "tile " + tile.label() + TileCode.kind(tile, dot), () -> TileCode.write(tile, convention, dot)),
                this::store,
                () -> shared("quantize " + group, () -> QuantizeCode.write(isa, convention, group)),
                order == null ? null : () -> shared("order " + type, () -> OrderCode.write(isa, convention, order)),
                () -> pack("pack quants " + tile.label(), j -> j / 8 * tile.columnRecord() + j % 8 * step),
                () -> pack(
                        "pack scales " + tile.label(),
                        j -> j / tile.groups() * tile.columnRecord() + j % tile.groups() * step));
    }

    private Kernel store() {
        return shared("store", () -> StoreCode.write(isa, convention));
    }

    private Kernel pack(String name, IntUnaryOperator places) {
        return shared(name, () -> PackCode.write(isa, convention, places));
    }

    private Kernel shared(String name, Supplier<byte[]> code) {
        return shared.computeIfAbsent(name, unused -> kernel(name, code.get()));
    }

    /** The tiles of attention. */
    public synchronized AttentionProducts attention() {
        if (attention == null) {
            attention = new AttentionProducts(
                    isa, rows -> kernel("attention x" + rows, AttentionCode.write(isa, convention, rows)));
        }
        return attention;
    }

    private static String panel(TensorType type, String tile) {
        return "panel " + type + " " + tile;
    }

    private Kernel kernel(String name, byte[] code) {
        try {
            return memory.load(name + " [" + isa.label() + "]", code);
        } catch (RefusedException e) {
            // It was allowed when the instruction sets were asked for.
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
