// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

/** LLaVA-1.5 as its authors publish it: PALO's ancestor; the tower is not inside. */
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
