// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.UnreadKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files that a checkpoint is converted to.
 *
 * @param files the decoder's file and, unless the model knows text only, that of tower and projector, which llama.cpp calls
 *     mmproj
 * @param unused names of the checkpoint's tensors that neither file uses, but for those known to be useless
 * @param notes notes for the user, one printable line each: keys of the configuration that are not read, tokens that are left
 *     out
 */
public record ConversionPlan(List<PlannedFile> files, List<String> unused, List<String> notes) {
    /** Parts of names of tensors that are known to be useless here. */
    private static final List<String> USELESS = List.of(
            "rotary_emb.inv_freq",
            "post_layernorm.",
            "vision_model.encoder.layers.",
            "vision_model.head.",
            "embeddings.position_ids");

    public ConversionPlan {
        files = List.copyOf(files);
        unused = List.copyOf(unused);
        notes = List.copyOf(notes);
    }

    /**
     * A plan.
     *
     * @param folders the checkpoint's and, if the tower lies elsewhere, the tower's
     * @param files the decoder's and, if there is one, the tower's
     * @param mappings of the first folder's tensors
     */
    public static ConversionPlan of(
            List<CheckpointFolder> folders, List<PlannedFile> files, List<TensorMapping> mappings) {
        Set<String> used = new HashSet<>();
        mappings.forEach(mapping -> used.addAll(mapping.used()));
        List<String> unused = new ArrayList<>();
        for (String name : folders.getFirst().tensors().names()) {
            if (!used.contains(name) && USELESS.stream().noneMatch(name::contains)) {
                unused.add(name);
            }
        }
        List<String> notes = new ArrayList<>();
        folders.forEach(folder -> notes.addAll(folder.notes()));
        UnreadKeys.check(folders.getFirst().config()).ifPresent(notes::add);
        return new ConversionPlan(files, unused, notes);
    }

    /** The decoder's file. */
    public PlannedFile text() {
        return files.getFirst();
    }

    /** Whether the model sees images. */
    public boolean hasVision() {
        return files.size() > 1;
    }

    /** The file of tower and projector. Only for models that see images. */
    public PlannedFile vision() {
        return files.get(1);
    }
}
