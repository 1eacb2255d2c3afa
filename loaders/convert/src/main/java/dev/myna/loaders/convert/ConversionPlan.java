// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.UnreadKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The two files that a checkpoint is converted to.
 *
 * @param text the decoder's file
 * @param vision the file of tower and projector, which llama.cpp calls mmproj
 * @param unused names of the checkpoint's tensors that neither file uses, but for those known to be useless
 * @param notes notes for the user, one printable line each: keys of the configuration that are not read, tokens that are left
 *     out
 */
public record ConversionPlan(PlannedFile text, PlannedFile vision, List<String> unused, List<String> notes) {
    /** Parts of names of tensors that are known to be useless here. */
    private static final List<String> USELESS = List.of(
            "rotary_emb.inv_freq", "post_layernorm.", "vision_model.encoder.layers.", "embeddings.position_ids");

    public ConversionPlan {
        unused = List.copyOf(unused);
        notes = List.copyOf(notes);
    }

    static ConversionPlan of(Source source, PlannedFile text, PlannedFile vision, List<TensorMapping> mappings) {
        Set<String> used = new HashSet<>();
        mappings.forEach(mapping -> used.addAll(mapping.used()));
        List<String> unused = new ArrayList<>();
        for (String name : source.folder().tensors().names()) {
            if (!used.contains(name) && USELESS.stream().noneMatch(name::contains)) {
                unused.add(name);
            }
        }
        List<String> notes = new ArrayList<>(source.folder().notes());
        source.clip().ifPresent(clip -> notes.addAll(clip.notes()));
        UnreadKeys.check(source.config()).ifPresent(notes::add);
        return new ConversionPlan(text, vision, unused, notes);
    }
}
