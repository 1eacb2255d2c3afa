// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** MobilePALO-1.7B: MobileLLaMA with LDP; the checkpoint may have its tower or not (docs/spec/models.md 7.1). */
final class MobilePalo implements Family {
    @Override
    public String title() {
        return "MobilePALO";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.LLAMA, ProjectorMapping::named);
    }
}
