// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a checkpoint becomes.
 *
 * @param text the decoder's file
 * @param vision the file of tower and projector, which llama.cpp calls mmproj
 * @param unused names of the checkpoint's tensors that neither file takes and no published model is known to have for nothing
 * @param notes what people should know besides, one printable line each: keys of the configuration that nobody reads, tokens
 *     that are left out
 */
public record ConversionPlan(PlannedFile text, PlannedFile vision, List<String> unused, List<String> notes) {
    /** Parts of names of tensors that are known to have no use here. */
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
