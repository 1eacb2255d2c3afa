// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Products with matrices of every type, and reading their rows. Which kernel runs depends on the number of activation rows. */
final class ClProducts {
    /** Work-items of a group of matvec.cl. */
    private static final int VECTOR_LANES = 64;

    /** Weight rows of a group of matvec.cl. */
    private static final int VECTOR_ROWS = 4;

    /** Activation rows that matvec.cl takes at a time, where there are several. */
    private static final int VECTOR_COLUMNS = 4;

    /** With more activation rows than this, expanding weights into local memory pays. */
    static final int MOST_VECTORS = 8;

    /** A tile of matmul.cl. */
    private record Tile(int rows, int columns, int itemRows, int itemColumns) {
        /** For prompts and pictures. */
        static final Tile LARGE = new Tile(128, 64, 8, 8);

        /** For few rows, and for devices with small groups. */
        static final Tile SMALL = new Tile(64, 16, 4, 4);

        int itemsX() {
            return rows / itemRows;
        }

        int itemsY() {
            return columns / itemColumns;
        }

        /** Bytes of local memory. */
        long local() {
            return 32L * 4 * (rows + 4 + columns + 4);
        }

        boolean fits(OpenClInfo info) {
            return itemsX() * itemsY() <= info.groupSize() && local() <= info.localBytes();
        }

        String definitions() {
            return define("BM", rows)
                    + define("BN", columns)
                    + define("RM", itemRows)
                    + define("RN", itemColumns)
                    + define("TX", itemsX())
                    + define("TY", itemsY());
        }
    }

    private final ClMachine machine;
    private final boolean large;
    private final Map<TensorType, Map<String, ClKernel>> kernels = new ConcurrentHashMap<>();

    ClProducts(ClMachine machine) {
        this.machine = machine;
        large = Tile.LARGE.fits(machine.info());
    }

    /** Builds the kernels for matrices of a type, so that a driver that cannot is found out when a model is loaded. */
    void prepare(TensorType type) {
        kernel("embed", type);
    }

    private ClKernel kernel(TensorType type, int n) {
        if (n <= MOST_VECTORS) {
            return kernel(n == 1 ? "matvec_one" : "matvec_some", type);
        }
        return kernel(tile(n) == Tile.LARGE ? "matmul_large" : "matmul_small", type);
    }

    private ClKernel kernel(String name, TensorType type) {
        Map<String, ClKernel> known = kernels.get(type);
        if (known == null) {
            known = kernels.computeIfAbsent(type, _ -> new ConcurrentHashMap<>());
        }
        ClKernel kernel = known.get(name);
        return kernel != null ? kernel : known.computeIfAbsent(name, _ -> build(name, type));
    }

    /** One program per type. */
    private ClKernel build(String name, TensorType type) {
        List<String> parts = new ArrayList<>();
        if (type == TensorType.Q4_K || type == TensorType.Q5_K) {
            parts.add("types/scales.cl");
        }
        parts.addAll(List.of("types/" + type.name() + ".cl", "rows.cl"));
        parts.addAll(List.of(define("MATVEC", "matvec_one") + define("COLS", 1), "matvec.cl"));
        parts.addAll(List.of(define("MATVEC", "matvec_some") + define("COLS", VECTOR_COLUMNS), "matvec.cl"));
        parts.addAll(List.of(define("MATMUL", "matmul_small") + Tile.SMALL.definitions(), "matmul.cl"));
        if (large) {
            parts.addAll(List.of(define("MATMUL", "matmul_large") + Tile.LARGE.definitions(), "matmul.cl"));
        }
        return machine.programs().kernel(name, parts, "-DLANES=" + VECTOR_LANES + " -DROWS=" + VECTOR_ROWS);
    }

    /** Source that gives a macro another meaning. */
    static String define(String macro, Object value) {
        return "#undef " + macro + "\n#define " + macro + " " + value + "\n";
    }

    private static int columns(int n) {
        return n == 1 ? 1 : VECTOR_COLUMNS;
    }

    private Tile tile(int n) {
        return large && n > Tile.SMALL.columns() ? Tile.LARGE : Tile.SMALL;
    }

    /** What becomes of a product's sums (common.cl). */
    enum Ending {
        STORE(0),
        /** Added to what is there. */
        ADD(2),
        /** Multiplied by silu of what is there. */
        SILU(4);

        private static final int ADD_BIAS = 1;

        private final int flag;

        Ending(int flag) {
            this.flag = flag;
        }
    }

    /**
     * {@code in[n, k] . weights[m, k]^T + bias[m]}.
     *
     * @param bias null for none
     */
    void multiply(ClWeight weight, ClWeight bias, ClBuffer in, ClBuffer out, Ending ending, int n) {
        multiply(weight.type(), kernel -> kernel.weight(weight), bias, in, out, ending, weight.rows(), n);
    }

    /** {@code out[n, m] = in[n, k] . rows[m, k]^T}. */
    void multiply(ClBuffer rows, ClBuffer in, ClBuffer out, int n) {
        multiply(TensorType.F32, kernel -> kernel.rows(rows), null, in, out, Ending.STORE, rows.rows(), n);
    }

    private interface FirstArguments {
        ClKernel set(ClKernel kernel);
    }

    private void multiply(
            TensorType type,
            FirstArguments weights,
            ClWeight bias,
            ClBuffer in,
            ClBuffer out,
            Ending ending,
            int m,
            int n) {
        if (n == 0) {
            return;
        }
        ClKernel kernel = kernel(type, n);
        synchronized (machine.queue()) {
            weights.set(kernel.begin())
                    .optional(bias, in.memory())
                    .number(ending.flag | (bias == null ? 0 : Ending.ADD_BIAS))
                    .buffer(in)
                    .buffer(out)
                    .number(m)
                    .number(in.width())
                    .number(n);
            if (n <= MOST_VECTORS) {
                machine.queue()
                        .run(kernel, Math.ceilDiv(m, VECTOR_ROWS), Math.ceilDiv(n, columns(n)), 1, VECTOR_LANES, 1);
            } else {
                Tile tile = tile(n);
                machine.queue()
                        .run(
                                kernel,
                                Math.ceilDiv(m, tile.rows()),
                                Math.ceilDiv(n, tile.columns()),
                                1,
                                tile.itemsX(),
                                tile.itemsY());
            }
        }
    }

    /** One row of a table, expanded. */
    void embed(ClWeight table, int id, ClBuffer out) {
        ClKernel kernel = kernel("embed", table.type());
        synchronized (machine.queue()) {
            kernel.begin().weight(table).number(id).buffer(out).number(table.width());
            machine.queue().runElements(kernel, Math.ceilDiv(table.width(), 8), 1, 1);
        }
    }

    /** {@code x[i] += table[i % rows]}. */
    void addRows(ClBuffer x, ClWeight table, int n) {
        ClKernel kernel = kernel("add_rows", table.type());
        synchronized (machine.queue()) {
            kernel.begin().weight(table).number(table.rows()).buffer(x).number(table.width());
            machine.queue().runElements(kernel, Math.ceilDiv(table.width(), 8), n, 1);
        }
    }
}
