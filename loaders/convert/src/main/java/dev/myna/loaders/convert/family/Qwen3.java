// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;
import java.util.List;

/** Qwen3, the dense models: text only. */
final class Qwen3 implements PublishedFamily {
    @Override
    public String title() {
        return "Qwen3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        TextPart text = TextPart.of(
                folder,
                name,
                DecoderArchitecture.QWEN3,
                folder.config(),
                false,
                Integer.MAX_VALUE,
                _ -> _ -> {},
                "model.");
        return ConversionPlan.of(List.of(folder), List.of(text.file()), List.of(text.tensors()));
    }
}
