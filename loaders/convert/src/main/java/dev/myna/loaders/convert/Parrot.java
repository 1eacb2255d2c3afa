// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** Parrot-7B and Parrot-14B: Qwen1.5 and experts guided by the text (docs/spec/models.md 7.3). */
final class Parrot implements Family {
    @Override
    public String title() {
        return "Parrot";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.QWEN2, ProjectorMapping.TextGuidedExperts::of);
    }
}
