// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The only names that a pickle may import (docs/spec/models.md 7.1). They are constants: a name selects a value that this
 * package builds, and never code.
 */
enum PickleGlobal {
    ORDERED_DICT("collections", "OrderedDict", null),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor_v2", null),
    HALF_STORAGE("torch", "HalfStorage", ElementType.F16),
    BFLOAT16_STORAGE("torch", "BFloat16Storage", ElementType.BF16),
    FLOAT_STORAGE("torch", "FloatStorage", ElementType.F32),
    INT_STORAGE("torch", "IntStorage", ElementType.I32),
    LONG_STORAGE("torch", "LongStorage", ElementType.I64);

    private final String module;
    private final String symbol;
    private final ElementType element;

    PickleGlobal(String module, String symbol, ElementType element) {
        this.module = module;
        this.symbol = symbol;
        this.element = element;
    }

    static Optional<PickleGlobal> find(String module, String symbol) {
        return Stream.of(values())
                .filter(global -> global.module.equals(module) && global.symbol.equals(symbol))
                .findFirst();
    }

    /** The element type of a storage class; empty for other names. */
    Optional<ElementType> element() {
        return Optional.ofNullable(element);
    }
}
