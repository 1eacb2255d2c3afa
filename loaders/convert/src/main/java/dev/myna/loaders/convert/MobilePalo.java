// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

/** MobilePALO-1.7B: MobileLLaMA with LDP; the tower may be inside or not (docs/spec/models.md 7.1). */
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
