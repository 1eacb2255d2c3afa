// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Number formats of a cache's keys and values. */
record CacheTypes(TensorType keys, TensorType values) {
    /** What sessions use unless told otherwise. */
    static final CacheTypes DEFAULT = new CacheTypes(TensorType.F16, TensorType.F16);

    /** Every key type with every value type. */
    static List<CacheTypes> all(List<TensorType> keys, List<TensorType> values) {
        List<CacheTypes> all = new ArrayList<>();
        for (TensorType key : keys) {
            for (TensorType value : values) {
                all.add(new CacheTypes(key, value));
            }
        }
        return all;
    }

    /** Bytes of keys and values of 32 elements each. */
    long bytes() {
        return keys.bytes(32) + values.bytes(32);
    }

    String keyName() {
        return keys.name().toLowerCase(Locale.ROOT);
    }

    String valueName() {
        return values.name().toLowerCase(Locale.ROOT);
    }
}
