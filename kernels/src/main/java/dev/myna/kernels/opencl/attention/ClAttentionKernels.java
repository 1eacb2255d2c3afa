// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.KvCache;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClPrograms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels of kv.cl and attention.cl, for each pair of number formats. */
final class ClAttentionKernels {
    /** Query rows that share the keys they read. */
    static final int QUERIES = 8;

    private final ClPrograms programs;
    private final int lanes;
    private final Map<Variant, ClKernel> kernels = new ConcurrentHashMap<>();

    /** @param lanes work-items of a group of attention.cl, and keys per step */
    ClAttentionKernels(ClPrograms programs, int lanes) {
        this.programs = programs;
        this.lanes = lanes;
    }

    /** Ids of the types of keys and values. */
    record Types(int keys, int values) {
        /** Rows of activations. */
        static final Types ROWS = new Types(-1, -1);

        static Types of(KvCache.Shape shape) {
            return new Types(shape.keys().id(), shape.values().id());
        }
    }

    /**
     * A kernel as it is built.
     *
     * @param per elements of a head per work-item
     * @param ring whether new positions take the places of old ones
     */
    private record Variant(String name, Types types, int per, boolean ring) {}

    ClKernel kernel(String name, Types types, int dim, boolean ring) {
        int per = Math.ceilDiv(dim, lanes);
        Variant variant = new Variant(name, types, per == 1 ? 1 : Integer.highestOneBit(per - 1) * 2, ring);
        ClKernel known = kernels.get(variant);
        return known != null ? known : kernels.computeIfAbsent(variant, this::build);
    }

    /** One program per pair of types and width of heads. */
    private ClKernel build(Variant variant) {
        List<String> parts = new ArrayList<>();
        if (!variant.types.equals(Types.ROWS)) {
            parts.addAll(List.of("rope.cl", "kv.cl"));
        }
        parts.add("values.cl");
        for (int queries : new int[] {1, QUERIES}) {
            parts.add(ClPrograms.define("QUERIES", queries)
                    + ClPrograms.define("ATTEND", queries == 1 ? "attend_one" : "attend_some")
                    + ClPrograms.define("KEY_DOT", "key_dot_" + queries));
            parts.add("attention.cl");
        }
        return programs.kernel(
                variant.name,
                parts,
                "-DKEY_TYPE=" + variant.types.keys + " -DVALUE_TYPE=" + variant.types.values + " -DLANES=" + lanes
                        + " -DPER=" + variant.per + (variant.ring ? " -DRING" : ""));
    }
}
