// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.Units;
import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tensors and bytes of a file by tensor type. */
final class FormatShares {
    private final Map<TensorType, Share> shares = new EnumMap<>(TensorType.class);

    private record Share(long tensors, long bytes) {
        Share plus(Share other) {
            return new Share(tensors + other.tensors, bytes + other.bytes);
        }
    }

    /** Counts a tensor. */
    void add(TensorType type, long bytes) {
        shares.merge(type, new Share(1, bytes), Share::plus);
    }

    /** {@code Q4_0 x 225 (3.5 GiB), F32 x 65 (1.0 MiB)}, the largest share first. */
    @Override
    public String toString() {
        List<Map.Entry<TensorType, Share>> entries = new ArrayList<>(shares.entrySet());
        entries.sort(Comparator.comparingLong(entry -> -entry.getValue().bytes()));
        return entries.stream()
                .map(entry -> entry.getKey() + " x " + entry.getValue().tensors() + " ("
                        + Units.bytes(entry.getValue().bytes()) + ")")
                .collect(Collectors.joining(", "));
    }
}
