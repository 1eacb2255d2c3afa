// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** LLaVA-1.5 in its authors' layout, which PALO is based on; the checkpoint has no tower. */
final class Llava implements Family {
    @Override
    public String title() {
        return "LLaVA-1.5";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.LLAMA, ProjectorMapping::named);
    }
}
