// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.plan.ConversionPlan;

/** MobileVLM with LDP and MobileVLM V2 with LDPv2, which MobilePALO is based on; the checkpoint has no tower. */
final class MobileVlm implements Family {
    @Override
    public String title() {
        return "MobileVLM";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return LlavaLayout.plan(source, DecoderArchitecture.LLAMA, ProjectorMapping::named);
    }
}
