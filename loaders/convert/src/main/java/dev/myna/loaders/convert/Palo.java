// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** PALO-7B and PALO-13B: Vicuna with a projector of two layers; the checkpoint has its tower (docs/spec/models.md 7.1). */
final class Palo implements Family {
    @Override
    public String title() {
        return "PALO";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.LLAMA, ProjectorMapping::named);
    }
}
