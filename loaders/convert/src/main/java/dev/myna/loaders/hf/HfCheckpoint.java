// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A checkpoint folder as on the hub: one file or shards, with or without an index, safetensors or PyTorch. */
public final class HfCheckpoint implements Checkpoint {
    private final List<Checkpoint> shards;
    private final Map<String, SourceTensor> tensors;

    private HfCheckpoint(List<Checkpoint> shards, Map<String, SourceTensor> tensors) {
        this.shards = shards;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Opens all files of the checkpoint in a folder. If it has both kinds, safetensors is read. The files must not be
     * truncated or overwritten while it is open.
     *
     * @throws CheckpointException if the folder has no checkpoint, or one that is incomplete, malformed or refused
     */
    public static HfCheckpoint open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(
                    folder + ": this is not a folder that can be read; name the checkpoint's folder");
        }
        for (Layout layout : Layout.values()) {
            if (Files.exists(folder.resolve(layout.single))) {
                return openAll(folder, Set.of(layout.single), layout);
            }
            Path index = folder.resolve(layout.single + ".index.json");
            if (Files.exists(index)) {
                return openSharded(folder, ShardIndex.read(index, layout.suffix), layout);
            }
            Set<String> shards = ShardNames.in(folder, layout.stem(), layout.suffix);
            if (!shards.isEmpty()) {
                return openAll(folder, shards, layout);
            }
        }
        throw new CheckpointException(
                folder + ": the folder has no model.safetensors, pytorch_model.bin or index of one, and no shards");
    }

    private static HfCheckpoint openSharded(Path folder, ShardIndex index, Layout layout) {
        HfCheckpoint checkpoint = openAll(folder, index.shards(), layout);
        try {
            index.files().forEach((name, shard) -> requireIn(shard, checkpoint.tensors.get(name), name, index));
            return checkpoint;
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /** The tensor would be found in another shard, but then index and shards belong to different checkpoints. */
    private static void requireIn(String shard, SourceTensor tensor, String name, ShardIndex index) {
        if (tensor == null) {
            throw new CheckpointException(index.path().resolveSibling(shard) + ": tensor " + Text.quote(name)
                    + " is missing; the index " + index.path().getFileName() + " says that it is here");
        }
        if (!tensor.file().endsWith(shard)) {
            throw new CheckpointException(tensor.file() + ": tensor " + Text.quote(name) + " is here; the index "
                    + index.path().getFileName() + " says that it is in " + Text.quote(shard));
        }
    }

    private static HfCheckpoint openAll(Path folder, Set<String> files, Layout layout) {
        Map<String, SourceTensor> tensors = new LinkedHashMap<>();
        List<Checkpoint> shards = new ArrayList<>();
        try {
            for (String name : files) {
                Checkpoint shard = layout.open(folder.resolve(name));
                shards.add(shard);
                shard.names().forEach(tensor -> add(shard.find(tensor).orElseThrow(), tensors));
            }
            return new HfCheckpoint(shards, tensors);
        } catch (RuntimeException | Error e) {
            shards.forEach(Checkpoint::close);
            throw e;
        }
    }

    private static void add(SourceTensor tensor, Map<String, SourceTensor> tensors) {
        SourceTensor other = tensors.putIfAbsent(tensor.name(), tensor);
        if (other != null) {
            throw new CheckpointException(tensor.file() + ": tensor " + Text.quote(tensor.name()) + " is also in "
                    + other.file().getFileName() + "; a tensor must be in one file");
        }
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public Optional<SourceTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** Unmaps all files; does nothing the second time. */
    @Override
    public void close() {
        shards.forEach(Checkpoint::close);
    }

    /** The kinds of files, the preferred one first. */
    private enum Layout {
        SAFETENSORS("model.safetensors", ".safetensors"),
        PYTORCH("pytorch_model.bin", ".bin");

        private final String single;
        private final String suffix;

        Layout(String single, String suffix) {
            this.single = single;
            this.suffix = suffix;
        }

        /** The prefix of file names. */
        private String stem() {
            return single.substring(0, single.length() - suffix.length());
        }

        private Checkpoint open(Path file) {
            return switch (this) {
                case SAFETENSORS -> SafetensorsFile.open(file);
                case PYTORCH -> PyTorchFile.open(file);
            };
        }
    }
}
