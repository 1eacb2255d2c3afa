// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** Pangea-7B as its authors publish it: Qwen2, a tower trained further, tiles and newlines (docs/spec/models.md 7.2). */
final class Pangea implements Family {
    @Override
    public String title() {
        return "Pangea";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.QWEN2, ProjectorMapping::named);
    }
}
