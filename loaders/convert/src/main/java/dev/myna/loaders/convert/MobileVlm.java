// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

/** MobileVLM, with LDP, and MobileVLM V2, with its second version: MobilePALO's ancestors; the tower is not inside. */
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
