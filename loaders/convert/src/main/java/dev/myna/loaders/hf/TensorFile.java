// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of one file, which it owns. */
final class TensorFile implements Checkpoint {
    private final MappedFile file;
    private final Map<String, SourceTensor> tensors;

    TensorFile(MappedFile file, Map<String, SourceTensor> tensors) {
        this.file = file;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public Optional<SourceTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public void close() {
        file.close();
    }
}
