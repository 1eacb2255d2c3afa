// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.plan.ConversionPlan;

/** LLaVA-1.5 in the layout of transformers. */
final class LlavaHf implements Family {
    @Override
    public String title() {
        return "LLaVA-1.5";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return HfLayout.plan(source, false);
    }
}
