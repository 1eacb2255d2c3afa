// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClPrograms;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.opencl.machine.GroupTile;
import dev.myna.kernels.opencl.machine.WorkShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Matmul with weights of every type, and embeddings. The number of activation rows chooses the kernel. */
public final class ClMatMul {
    /** Activation rows that matvec.cl takes at a time, where there are several. */
    private static final int VECTOR_COLUMNS = 4;

    /** With more activation rows than this, expanding weights into local memory pays. */
    public static final int MAX_VECTORS = 8;

    private final ClMachine machine;
    private final WorkShape shape;
    private final Map<TensorType, Map<String, ClKernel>> kernels = new ConcurrentHashMap<>();

    public ClMatMul(ClMachine machine) {
        this.machine = machine;
        shape = machine.shape();
    }

    /** Whether kernels read matrices of a type; others are expanded to f32 when they are loaded. */
    static boolean reads(TensorType type) {
        return ClPrograms.hasSource(source(type));
    }

    private static String source(TensorType type) {
        return "types/" + type.name() + ".cl";
    }

    /** Builds the kernels for matrices of a type, so that a driver that cannot is found out when a model is loaded. */
    public void prepare(TensorType type) {
        kernel("embed", type);
    }

    private ClKernel kernel(TensorType type, int n) {
        if (n <= MAX_VECTORS) {
            return kernel(n == 1 ? "matvec_one" : "matvec_some", type);
        }
        return kernel(shape.tile(n) == shape.small() ? "matmul_small" : "matmul_large", type);
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
        parts.addAll(List.of(source(type), "rows.cl"));
        parts.addAll(List.of(ClPrograms.define("MATVEC", "matvec_one") + ClPrograms.define("COLS", 1), "matvec.cl"));
        parts.addAll(List.of(
                ClPrograms.define("MATVEC", "matvec_some") + ClPrograms.define("COLS", VECTOR_COLUMNS), "matvec.cl"));
        parts.addAll(List.of(
                ClPrograms.define("MATMUL", "matmul_small") + shape.small().definitions(), "matmul.cl"));
        if (shape.large() != shape.small()) {
            parts.addAll(List.of(
                    ClPrograms.define("MATMUL", "matmul_large") + shape.large().definitions(), "matmul.cl"));
        }
        return machine.programs().kernel(name, parts, shape.vectorDefinitions());
    }

    private static int columns(int n) {
        return n == 1 ? 1 : VECTOR_COLUMNS;
    }

    /** What a matmul does with its sums (common.cl). */
    public enum Ending {
        STORE(0),
        /** Added to what is there. */
        ADD(2),
        /** Multiplied by silu of what is there. */
        SILU(4),
        /** Multiplied by what is there. */
        MULTIPLY(8);

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
    public void multiply(ClWeight weight, ClWeight bias, ClBuffer in, ClBuffer out, Ending ending, int n) {
        multiply(weight.type(), kernel -> kernel.weight(weight), bias, in, out, ending, weight.rows(), n);
    }

    /** {@code out[n, m] = in[n, k] . rows[m, k]^T}. */
    public void multiply(ClBuffer rows, ClBuffer in, ClBuffer out, int n) {
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
            if (n <= MAX_VECTORS) {
                long groups = Math.ceilDiv(m, shape.vectorRows());
                machine.queue().run(kernel, groups, Math.ceilDiv(n, columns(n)), 1, shape.vectorItems(), 1);
            } else {
                GroupTile tile = shape.tile(n);
                long groups = Math.ceilDiv(m, tile.rows());
                machine.queue().run(kernel, groups, Math.ceilDiv(n, tile.columns()), 1, tile.itemsX(), tile.itemsY());
            }
        }
    }

    /** One row of a table, expanded. */
    public void embed(ClWeight table, int id, ClBuffer out) {
        ClKernel kernel = kernel("embed", table.type());
        synchronized (machine.queue()) {
            kernel.begin().weight(table).number(id).buffer(out).number(table.width());
            machine.queue().runElements(kernel, Math.ceilDiv(table.width(), 8), 1, 1);
        }
    }

    /** {@code x[i] += table[i % rows]}. */
    public void addRows(ClBuffer x, ClWeight table, int n) {
        ClKernel kernel = kernel("add_rows", table.type());
        synchronized (machine.queue()) {
            kernel.begin().weight(table).number(table.rows()).buffer(x).number(table.width());
            machine.queue().runElements(kernel, Math.ceilDiv(table.width(), 8), n, 1);
        }
    }
}
